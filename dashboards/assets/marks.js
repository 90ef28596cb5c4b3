// Marks drawn as elements: exact values under the pointer, and links that keep the page in place.
(function () {
  "use strict";

  var tip = null;

  function show(mark) {
    if (!tip) {
      tip = document.createElement("div");
      tip.className = "tip";
      tip.setAttribute("role", "tooltip");
      document.body.appendChild(tip);
    }
    tip.textContent = mark.getAttribute("data-tip");
    tip.style.display = "block";
  }
  function place(x, y) {
    var box = tip.getBoundingClientRect();
    var left = Math.min(x + 14, window.innerWidth - box.width - 8);
    var top = y + 18 + box.height > window.innerHeight ? y - box.height - 10 : y + 18;
    tip.style.left = Math.max(8, left) + "px";
    tip.style.top = Math.max(8, top) + "px";
  }
  function hide() {
    if (tip) tip.style.display = "none";
  }

  document.addEventListener("pointermove", function (event) {
    var mark = event.target.closest && event.target.closest("[data-tip]");
    if (!mark) return hide();
    show(mark);
    place(event.clientX, event.clientY);
  });
  document.addEventListener("focusin", function (event) {
    var mark = event.target.closest && event.target.closest("[data-tip]");
    if (!mark || !mark.matches(":focus-visible")) return;
    var box = mark.getBoundingClientRect();
    show(mark);
    place(box.left + box.width / 3, box.bottom - 14);
  });
  document.addEventListener("focusout", hide);
  document.addEventListener("scroll", hide, true);

  // a link of class "stay" changes the query of this page only: nothing scrolls to the top
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a.stay");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    hide();
    window.dash_clientside.set_props("url", { search: new URL(link.href).search });
    var then = document.getElementById(link.getAttribute("data-then") || "");
    if (!then) return;
    var box = then.getBoundingClientRect();
    if (box.top > window.innerHeight - 160 || box.top < 60) {
      var calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      then.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
    }
  });

  // what scrolls sideways can be scrolled by keyboard: where it does, it is a stop of the Tab key
  function stop(box) {
    if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0; else box.removeAttribute("tabindex");
  }
  var sizes = new ResizeObserver(function (entries) {
    entries.forEach(function (entry) { stop(entry.target.closest(".table-scroll")); });
  });
  var planned = 0;
  function find() {
    planned = 0;
    document.querySelectorAll(".table-scroll > table").forEach(function (table) {
      if (table.dataset.stops) return;
      table.dataset.stops = "1";
      sizes.observe(table);
      sizes.observe(table.parentNode);
    });
  }
  document.addEventListener("DOMContentLoaded", function () {
    new MutationObserver(function () {
      if (!planned) planned = setTimeout(find, 100);
    }).observe(document.body, { childList: true, subtree: true });
  });
})();
