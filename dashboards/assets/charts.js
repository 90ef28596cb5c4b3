// Has what draws charts at hand before the first one. Dash makes it when it meets a chart, and React
// shows what it had to wait for up to half a second late; so it is met once, out of sight, while the
// first answers are on their way.
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  var root = window.ReactDOM.createRoot(document.createElement("div"));
  var chart = window.React.createElement(window.dash_core_components.Graph, { id: "first-chart" });
  window.ReactDOM.flushSync(function () { root.render(chart); });
  root.unmount();
});
