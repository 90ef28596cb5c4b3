// What can wait: once charts are drawn, nothing is being loaded, and the browser is idle, it mounts
// the parts that wait, and asks for what stands below the screen; or when the reader reaches for it.
(function () {
  "use strict";
  var QUIET = 60; // ms; twice in a row, since a chart comes a moment after its answer
  var MOST = 4000; // ms after which it waits no longer

  var waiting = new Set();
  var timer = null;
  var since = 0;
  var still = 0;
  var idle = window.requestIdleCallback || function (work) { return setTimeout(work, 0); };

  // what holds a place is loading because of it: a list of cards waits for its table
  function busy() {
    if (document.querySelector(".dash-graph--pending")) return true;
    return Array.from(document.querySelectorAll('[data-dash-is-loading="true"]')).some(function (part) {
      return !part.matches(".later") && !part.querySelector(".later");
    });
  }
  function look() {
    still = busy() ? 0 : still + 1;
    if (still < 2 && performance.now() - since < MOST) {
      timer = setTimeout(look, QUIET);
      return;
    }
    timer = null;
    idle(show, { timeout: 500 });
  }
  function show() {
    var all = Array.from(waiting);
    waiting.clear();
    window.ReactDOM.unstable_batchedUpdates(function () {
      all.forEach(function (mount) { mount(); });
    });
  }
  function wait(mount) {
    waiting.add(mount);
    if (timer === null) {
      since = performance.now();
      still = 0;
      timer = setTimeout(look, QUIET);
    }
    return function () { waiting.delete(mount); };
  }

  // tells which of the parts are near the screen, as that changes
  function nearby(parts, margin, tell) {
    var near = new Set();
    var seer = new IntersectionObserver(
      function (entries) {
        entries.forEach(function (entry) {
          if (entry.isIntersecting) near.add(entry.target); else near.delete(entry.target);
        });
        tell(near, seer);
      },
      { rootMargin: margin }
    );
    parts.forEach(function (part) { seer.observe(part); });
    return seer;
  }

  // the panels below: near, they are asked for at once
  var AHEAD = "0px 0px 25% 0px"; // of the screen's height
  var watched = [];
  var reached = false;
  var wanted = null;
  var seer = null;

  function watch() {
    var found = Array.from(document.querySelectorAll(".panel.below"));
    if (found.every(function (part) { return watched.indexOf(part) >= 0; })) return;
    if (seer) seer.disconnect();
    reached = false;
    watched = found;
    seer = nearby(found, AHEAD, function (near) {
      reached = near.size > 0;
      if (reached) ask();
    });
  }
  function ask() {
    if (!wanted || !document.querySelector(".panel.below")) return;
    var data = wanted;
    wanted = null;
    window.dash_clientside.set_props("below", { data: data });
  }
  function rest() {
    watch();
    ask();
  }
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.later = {
    below: function (search, retry) {
      wanted = { search: search, retry: retry };
      // a page that was just put in place is drawn a moment later
      setTimeout(function () {
        watch();
        if (reached) ask();
      }, 0);
      wait(rest);
      return window.dash_clientside.no_update;
    },
  };

  window.tandem_later = {
    nearby: nearby,
    Later: function (props) {
      var shown = window.React.useState(false);
      window.React.useEffect(function () {
        return wait(function () { shown[1](true); });
      }, []);
      if (shown[0]) return props.children;
      return window.React.createElement("div", {
        className: "later " + props.place,
        style: props.style,
        onPointerEnter: function () { shown[1](true); },
      }, props.text);
    },
  };
})();
