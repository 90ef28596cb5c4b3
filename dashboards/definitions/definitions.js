// Definitions: the way to an anchor, where one is in the contents, and what is near the screen.
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

  // live values are asked for up to one screen before they are seen
  var seer = null;
  function look() {
    if (seer) seer.disconnect();
    var parts = document.querySelectorAll(".definition .now");
    seer = window.tandem_later.nearby(parts, "100% 0px", function (near, mine) {
      // the page was left
      if (!document.getElementById("definitions-contents")) return mine.disconnect();
      var ids = Array.from(near).map(function (part) { return part.id; });
      window.dash_clientside.set_props("definitions-near", { data: ids });
    });
  }

  window.dash_clientside.definitions = {
    ask: function (search, retry, near) {
      var was = Array.prototype.slice.call(arguments, 3);
      var asked = window.dash_clientside.callback_context.outputs_list;
      return asked.map(function (output, n) {
        var seen = (near || []).indexOf(output.id.replace(/-asked$/, "")) >= 0;
        var done = was[n] && was[n].search === search && was[n].retry === retry;
        return seen && !done ? { search: search, retry: retry } : none();
      });
    },
    show: function (hash) {
      follow();
      look();
      var target = hash && document.getElementById(decodeURIComponent(hash.slice(1)));
      if (target) target.scrollIntoView();
      return none();
    },
  };
})();
