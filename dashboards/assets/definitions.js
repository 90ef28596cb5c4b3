// Definitions: the way to an anchor, and where one is in the contents.
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
})();
