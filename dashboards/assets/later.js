// Mounts what can wait: once charts are drawn, nothing is being loaded, and the browser is idle; or
// when the reader reaches for it.
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

  window.tandem_later = {
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
