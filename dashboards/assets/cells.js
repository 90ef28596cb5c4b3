// Cells of grids that are more than text, and grids as lists where the screen is narrow.
(function () {
  "use strict";

  var components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  var h = function () { return window.React.createElement.apply(null, arguments); };

  // the address of a customer's page keeps the filters and leaves this page's own keys behind
  function customerLink(number, document) {
    var query = new URLSearchParams(window.location.search);
    var own = ["q", "at", "level", "within", "bucket", "by", "document", "finding"];
    Array.from(query.keys()).forEach(function (key) {
      if (own.indexOf(key) >= 0 || key.indexOf(".") >= 0) query.delete(key);
    });
    query.set("customer", number);
    if (document) query.set("document", document);
    return "/customer?" + query.toString();
  }
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a.go");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    var url = new URL(link.href);
    window.dash_clientside.set_props("url", { pathname: url.pathname, search: url.search });
    window.scrollTo(0, 0);
  });

  // Enter on a cell does what a click on it would; elsewhere in a row it opens what the row is about
  document.addEventListener("keydown", function (event) {
    var cell = event.target;
    if (event.key !== "Enter" || !cell.matches || !cell.matches(".grid .ag-cell")) return;
    var row = cell.closest(".ag-row");
    var parts = cell.closest(".ag-root").querySelectorAll('.ag-row[row-index="' + row.getAttribute("row-index") + '"]');
    var found = cell.querySelector("a, button");
    parts.forEach(function (part) { found = found || part.querySelector("a.go"); });
    if (found) found.click();
  });

  // a row may name a second customer, and a document of that one
  function ownerOf(props) {
    var other = props.colDef && props.colDef.field.indexOf("other_") === 0;
    return (other && props.data.other_customer) || props.data.customer;
  }
  components.CustomerLink = function (props) {
    if (!props.data || props.value == null) return null;
    var owner = ownerOf(props);
    if (!owner) return h("b", null, props.value);
    return h("a", { className: "go", href: customerLink(owner) }, props.value);
  };
  components.DocumentLink = function (props) {
    if (!props.data || props.value == null) return null;
    var owner = ownerOf(props);
    if (!owner) return h("b", null, props.value);
    return h("a", { className: "go", href: customerLink(owner, props.value) }, props.value);
  };

  // headroom, with the used part of the limit as a bar; beyond the limit the bar is full
  components.Headroom = function (props) {
    if (!props.data || props.value == null) return null;
    var used = props.data.limit_used;
    var bar = used == null ? null : h(
      "span",
      { className: used > 1 ? "limit over" : "limit" },
      h("span", { style: { width: Math.max(0, Math.min(used, 1)) * 100 + "%" } })
    );
    return h("span", { className: "headroom" }, bar, h("span", null, props.value));
  };

  // takes a match apart; the server looks up what it names
  components.CashUndo = function (props) {
    if (!props.data || !props.value) return null;
    return h(
      "button",
      {
        className: "button small cash-undo",
        onClick: function () {
          window.dash_clientside.set_props("cash-undo", { data: { pair: props.value, at: Date.now() } });
        },
      },
      props.colDef.headerName
    );
  };

  // four quarters of days beyond terms as a small line around terms
  components.Trend = function (props) {
    if (!props.data) return null;
    var values = [1, 2, 3, 4].map(function (n) { return props.data["late_q" + n]; });
    var known = values.filter(function (v) { return v != null; });
    if (known.length < 2) return h("span", { className: "trend" }, props.value);
    var low = Math.min(0, Math.min.apply(null, known));
    var high = Math.max(0, Math.max.apply(null, known), low + 10);
    var y = function (v) { return 19 - ((v - low) / (high - low)) * 16; };
    var points = [];
    values.forEach(function (v, n) { if (v != null) points.push([3 + n * 15, y(v)]); });
    var last = points[points.length - 1];
    var trend = parseFloat(String(props.value).replace("−", "-").replace(",", "."));
    var flat = isNaN(trend) || Math.abs(trend) < 1;
    var tone = flat ? "" : trend > 0 ? " worse" : " better";
    return h(
      "span",
      { className: "trend" + tone },
      h(
        "svg",
        { width: 52, height: 22, "aria-hidden": true },
        h("line", { x1: 1, x2: 51, y1: y(0), y2: y(0), className: "terms" }),
        h("polyline", { points: points.map(function (p) { return p.join(","); }).join(" ") }),
        h("circle", { cx: last[0], cy: last[1], r: 2.5 })
      ),
      h("span", null, (flat ? "" : trend > 0 ? "▲ " : "▼ ") + props.value)
    );
  };

  // a total has no more facts than it has values
  function factsOf(columns, data) {
    return columns.filter(function (c) { return data[c.field] != null || data.customer; });
  }

  // words take as much room in a card as they have in a row of the grid: one line, two lines, or
  // the card's whole width
  function roomOf(column) {
    if (column.type === "rightAligned" || !(column.width > 130)) return "";
    return column.width > 260 ? "whole" : "two";
  }

  // how high a card's facts are: two stand side by side
  function heightOf(facts) {
    var height = 0, left = 0, most = 0;
    facts.forEach(function (fact) {
      var own = fact.room ? 51 : 34;
      if (fact.room === "whole" || !left) {
        height += most;
        most = own;
        left = fact.room === "whole" ? 0 : 1;
      } else {
        most = Math.max(most, own);
        left = 0;
      }
    });
    return height + most;
  }

  // one row as a card: the first column as its title, what can be done with it beside that, and
  // some of the others as words and values
  components.Card = function (props) {
    if (!props.data || props.value == null) return null;
    var rest = factsOf(props.columns, props.data).map(function (column) {
      var value = props.data[column.field];
      return h(
        "span",
        { key: column.field, className: "fact " + (column.number ? "n" : column.room) },
        h("small", null, column.label),
        value == null || value === "" ? "–" : value
      );
    });
    var title = props.data.customer
      ? h("a", { className: "go", href: customerLink(props.data.customer) }, props.value)
      : h("b", null, props.value);
    var deeds = props.deeds.map(function (column) {
      return h(components[column.cellRenderer], {
        key: column.field, data: props.data, value: props.data[column.field], colDef: column,
      });
    });
    return h(
      "div",
      { className: "grid-card" },
      h("div", { className: "card-head" }, title, deeds),
      h("div", { className: "facts" }, rest)
    );
  };

  // the server has already found what matches
  var mantine = (window.dashMantineFunctions = window.dashMantineFunctions || {});
  mantine.showAll = function (asked) { return asked.options; };

  // of a wide table the spare columns are shown as far as they have room whole, and the first column
  // takes what is left: none is cut at the edge
  function fitColumns(id, columns) {
    var spare = columns.filter(function (c) { return c.context && c.context.spare; });
    if (!spare.length || window.matchMedia("(max-width: 600px)").matches) return;
    window.dash_ag_grid.getApiAsync(id).then(function (api) {
      function fit() {
        var grid = document.getElementById(id);
        var room = grid ? grid.clientWidth - 2 : 0;
        if (!room) return;
        var width = function (c) { return api.getColumn(c.field).getActualWidth(); };
        var left = columns.slice(1).reduce(function (rest, c) {
          return c.hide || spare.indexOf(c) >= 0 ? rest : rest - width(c);
        }, room - columns[0].width);
        spare.forEach(function (c) {
          var fits = left >= c.width;
          left = fits ? left - c.width : -1;
          api.setColumnsVisible([c.field], fits);
        });
        var used = columns.slice(1).reduce(function (sum, c) {
          return !c.hide && api.getColumn(c.field).isVisible() ? sum + width(c) : sum;
        }, 0);
        if (room - used >= columns[0].width) api.setColumnWidths([{ key: columns[0].field, newWidth: room - used }]);
      }
      fit();
      api.addEventListener("gridSizeChanged", fit);
    });
  }

  var CARD_FACTS = 4;
  // of a card, what its facts leave: its title in two lines, and the space around
  var HEAD = 52;
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.cells = {
    // on a narrow screen a grid becomes a list: one column of cards
    narrow: function (id, columns, options) {
      var none = window.dash_clientside.no_update;
      if (columns) fitColumns(id, columns);
      if (!window.matchMedia("(max-width: 600px)").matches || !columns || !columns.length) {
        return [none, none];
      }
      var marked = columns.filter(function (c) { return c.context && c.context.card; });
      var facts = (marked.length ? marked : columns.slice(1, 1 + CARD_FACTS)).map(function (c) {
        return {
          field: c.field, label: c.headerName, number: c.type === "rightAligned", room: roomOf(c),
        };
      });
      var deeds = columns.filter(function (c) { return c.context && c.context.deed; });
      var list = columns.map(function (column, n) {
        if (n) return Object.assign({}, column, { hide: true });
        return Object.assign({}, column, {
          cellRenderer: "Card",
          cellRendererParams: { columns: facts, deeds: deeds },
          flex: 1,
          pinned: null,
          sortable: false,
        });
      });
      var height = (deeds.length ? 54 : HEAD) + heightOf(facts);
      // the height of rows can only change once the grid has asked for its first rows
      return window.dash_ag_grid.getApiAsync(id).then(function (api) {
        return new Promise(function (resolve) {
          var wait = setInterval(function () {
            if (!Object.keys(api.getCacheBlockState() || {}).length) return;
            clearInterval(wait);
            var grid = document.getElementById(id);
            if (grid) grid.classList.add("as-cards");
            api.setGridOption("getRowHeight", function (row) {
              if (!row.node.rowPinned) return undefined;
              return HEAD + heightOf(factsOf(facts, row.data));
            });
            resolve([list, Object.assign({}, options, { rowHeight: height })]);
            // rows that came before keep their old height until they are fetched again
            setTimeout(function () { api.purgeInfiniteCache(); }, 80);
          }, 60);
        });
      });
    },
  };
})();
