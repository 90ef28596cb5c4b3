// Draws what a page only shows: [element, attributes, ...children] as JSON, one component for all.
// Where the element is "", only its children are drawn.
(function () {
  "use strict";
  function element(tree) {
    if (!Array.isArray(tree)) return tree;
    var made = [tree[0] || window.React.Fragment, tree[1]].concat(tree.slice(2).map(element));
    return window.React.createElement.apply(null, made);
  }
  window.tandem_parts = {
    Drawn: function (props) {
      return window.React.useMemo(function () { return element(JSON.parse(props.tree)); }, [props.tree]);
    },
  };
})();
