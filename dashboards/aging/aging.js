// Aging: a cell of the list behind an amount leads one step further down, by the URL.
(function () {
  "use strict";
  var components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  components.DrillLink = function (props) {
    var h = window.React.createElement;
    if (!props.data || props.value == null) return null;
    var target = props.data[props.field];
    if (props.node && props.node.rowPinned) return h("b", null, props.value);
    if (!target) return props.value;
    var query = new URLSearchParams(window.location.search);
    query.set(props.sets, target);
    return h("a", { className: "stay", href: "?" + query.toString(), "data-then": "aging-drill-panel" }, props.value);
  };
})();
