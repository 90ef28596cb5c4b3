// Definitions: the way to an anchor, where one is in the contents, and copying.
(function () {
  "use strict";
  var none = function () { return window.dash_clientside.no_update; };
  window.dash_clientside = window.dash_clientside || {};

  var watcher = null;
  function follow() {
    if (watcher) watcher.disconnect();
    var links = {};
    document.querySelectorAll("#definitions-contents a").forEach(function (link) {
      links[link.getAttribute("href").slice(1)] = link;
    });
    watcher = new IntersectionObserver(
      function (entries) {
        entries.forEach(function (entry) {
          if (!entry.isIntersecting || !links[entry.target.id]) return;
          Object.values(links).forEach(function (link) { link.removeAttribute("aria-current"); });
          links[entry.target.id].setAttribute("aria-current", "true");
        });
      },
      { rootMargin: "-72px 0px -70% 0px" }
    );
    document.querySelectorAll(".definition").forEach(function (part) { watcher.observe(part); });
  }

  window.dash_clientside.definitions = {
    show: function (hash) {
      follow();
      var target = hash && document.getElementById(decodeURIComponent(hash.slice(1)));
      if (target) target.scrollIntoView();
      return none();
    },
  };

  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-copies]");
    if (!button) return;
    var source = document.getElementById(button.dataset.copies);
    var label = button.querySelector("span:last-child");
    var before = label.textContent;
    navigator.clipboard.writeText(source.textContent).then(function () {
      if (before === button.dataset.done) return;
      label.textContent = button.dataset.done;
      setTimeout(function () { label.textContent = before; }, 1500);
    }, function () {});
  });
})();
