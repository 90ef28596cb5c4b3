// Work today: a click on a row says whose it is and what is asked; keys move between the rows. What
// was acted on leaves the list, and the row that takes its place has the focus.
(function () {
  "use strict";
  var at = 0, kept = false;
  function root() { return document.getElementById("work-root"); }
  function rows() {
    var found = root() ? root().querySelectorAll(".work-row") : [];
    return Array.prototype.slice.call(found);
  }
  function place() {
    var row = document.activeElement && document.activeElement.closest(".work-row");
    return row ? rows().indexOf(row) : -1;
  }
  function go(to) {
    var all = rows();
    if (!all.length) return;
    at = Math.max(0, Math.min(to, all.length - 1));
    var target = all[at].querySelector(".work-act") || all[at].querySelector("a");
    if (target) target.focus();
  }
  function ask(button, what) {
    at = Math.max(0, rows().indexOf(button.closest(".work-row")));
    window.dash_clientside.set_props("work-ask", {
      data: { customer: button.dataset.customer, what: what, n: Date.now() }
    });
    begin(what === "act" ? "work-outcome" : "work-reason", 60);
  }
  // the form opens a moment later, and with other fields than before
  function begin(field, tries) {
    var input = document.getElementById(field);
    if (input && input.offsetParent) input.focus();
    if (tries && document.activeElement !== input) window.setTimeout(begin, 50, field, tries - 1);
  }
  document.addEventListener("click", function (event) {
    var target = event.target instanceof Element ? event.target : null;
    if (!target || !root()) return;
    var act = target.closest(".work-act"), later = target.closest(".work-later");
    if (act) ask(act, "act");
    else if (later) ask(later, "later");
    else if (target.closest("#work-keep")) kept = true;
    else if (target.closest("#work-undo")) kept = true;
    else if (target.closest("#work-cancel")) kept = false;
  });
  // the list is drawn anew once something was kept: its row with the same number is the next one
  new MutationObserver(function () {
    if (!kept || !root() || document.querySelector("[role=dialog] .work-form")) return;
    var body = document.getElementById("work-today-body");
    if (!body || body.dataset.dashIsLoading === "true") return;
    kept = false;
    window.setTimeout(function () { go(at); }, 60);
  }).observe(document.documentElement, { subtree: true, childList: true, attributes: true, characterData: true });
  document.addEventListener("keydown", function (event) {
    if (!root()) return;
    var form = document.querySelector(".work-form"), dialog = form && form.closest("[role=dialog]");
    if (dialog && dialog.contains(document.activeElement)) {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) document.getElementById("work-keep").click();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    var typed = document.activeElement;
    if (typed && (typed.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(typed.tagName))) return;
    if (typed && typed.closest("[role=dialog], [role=menu], [role=listbox], .ag-root")) return;
    var here = place(), row = rows()[here < 0 ? at : here];
    if (event.key === "j" || event.key === "ArrowDown" && here >= 0) go(here < 0 ? at : here + 1);
    else if (event.key === "k" || event.key === "ArrowUp" && here >= 0) go(here < 0 ? at : here - 1);
    else if (event.key === "?") {
      var keys = document.getElementById("work-keys");
      if (keys) keys.open = !keys.open;
    } else if (!row) return;
    else if (event.key === "s") { var later = row.querySelector(".work-later"); if (later) later.click(); }
    else if (event.key === "e") { var told = row.querySelector(".work-counted"); if (told) told.open = !told.open; }
    else if (event.key === "o") { var link = row.querySelector(".work-who a"); if (link) link.click(); }
    else return;
    event.preventDefault();
  });
})();
