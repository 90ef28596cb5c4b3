// Grids and the address: filters and order that a reader sets in the columns stand in it, and a
// grid follows it after Back, or when a chip is removed. The total is pinned as it comes.
// The keys are those of dashboards/base/narrowing.py: <list>.<column>=<test>.<value>, <list>.sort
(function () {
  "use strict";
  var none = function () { return window.dash_clientside.no_update; };
  var RANGE = "inRange";
  var NUMBER = "agNumberColumnFilter";
  var DAY = "agDateColumnFilter";

  function told(api) { return api.getGridOption("context") || {}; }

  function valueOf(model) {
    var one = model.conditions ? model.conditions[0] : model;
    var from = one.dateFrom != null ? one.dateFrom.slice(0, 10) : one.filter;
    var to = one.dateTo != null ? one.dateTo.slice(0, 10) : one.filterTo;
    if (from == null) return one.type;
    return one.type + "." + from + (one.type === RANGE ? ".." + to : "");
  }
  function modelOf(value, kind) {
    var at = value.indexOf(".");
    if (at < 0) return { filterType: "text", type: value };
    var type = value.slice(0, at);
    var parts = type === RANGE ? value.slice(at + 1).split("..") : [value.slice(at + 1)];
    if (kind === DAY) {
      return { filterType: "date", type: type, dateFrom: parts[0], dateTo: parts[1] || null };
    }
    if (kind !== NUMBER) return { filterType: "text", type: type, filter: parts[0] };
    var model = { filterType: "number", type: type, filter: Number(parts[0]) };
    if (parts.length > 1) model.filterTo = Number(parts[1]);
    return model;
  }

  // what the grid shows now, as the address says it: {filters: {column: value}, sort}
  function shown(api) {
    var filters = {};
    var models = api.getFilterModel() || {};
    Object.keys(models).forEach(function (name) { filters[name] = valueOf(models[name]); });
    return { filters: filters, sort: sortOf(api) };
  }
  function sortOf(api) {
    var sorted = api.getColumnState().filter(function (c) { return c.sort; });
    sorted.sort(function (a, b) { return (a.sortIndex || 0) - (b.sortIndex || 0); });
    var own = (told(api).sort || "").split(" ");
    var first = sorted[0];
    if (!first || (first.colId === own[0] && first.sort === (own[1] || "asc"))) return "";
    return first.colId + "." + first.sort;
  }
  // what the address asks for
  function asked(search, list) {
    var filters = {};
    var sort = "";
    new URLSearchParams(search).forEach(function (value, key) {
      if (key.indexOf(list + ".") !== 0) return;
      var name = key.slice(list.length + 1);
      if (name === "sort") sort = value;
      else if (!(name in filters)) filters[name] = value;
    });
    return { filters: filters, sort: sort };
  }
  function same(one, other) {
    var names = Object.keys(one);
    return names.length === Object.keys(other).length && names.every(function (name) {
      return one[name] === other[name];
    });
  }

  function write(api) {
    var list = told(api).list;
    var now = shown(api);
    var query = new URLSearchParams(window.location.search);
    Array.from(query.keys()).forEach(function (key) {
      if (key.indexOf(list + ".") === 0) query.delete(key);
    });
    Object.keys(now.filters).forEach(function (name) {
      query.set(list + "." + name, now.filters[name]);
    });
    if (now.sort) query.set(list + ".sort", now.sort);
    var search = query.toString() ? "?" + query.toString() : "";
    if (search !== window.location.search) {
      window.dash_clientside.set_props("url", { search: search });
    }
  }

  // lets the grid show what the address asks for; says whether it had to change
  function follow(api, search) {
    var list = told(api).list;
    if (!list) return false;
    var now = shown(api);
    var wanted = asked(search, list);
    var changed = false;
    if (now.sort !== wanted.sort) {
      var order = wanted.sort ? wanted.sort.split(".") : (told(api).sort || "").split(" ");
      api.applyColumnState({
        state: order[0] ? [{ colId: order[0], sort: order[1] || "asc" }] : [],
        defaultState: { sort: null },
      });
      changed = true;
    }
    if (!same(now.filters, wanted.filters)) {
      var models = {};
      Object.keys(wanted.filters).forEach(function (name) {
        var column = api.getColumnDef(name);
        if (column) models[name] = modelOf(wanted.filters[name], column.filter);
      });
      api.setFilterModel(models);
      changed = true;
    }
    return changed;
  }
  // a total is longer than what it adds up: its column gets the room, an ellipsis would be a lie
  function widen(api, id) {
    var box = document.getElementById(id);
    if (!box || api.isDestroyed()) return;
    var wider = [];
    box.querySelectorAll(".ag-floating-top .ag-cell").forEach(function (cell) {
      var value = cell.querySelector(".ag-cell-value") || cell;
      var more = value.scrollWidth - value.clientWidth;
      var column = api.getColumn(cell.getAttribute("col-id"));
      if (column && more > 0) {
        wider.push({ key: column, newWidth: column.getActualWidth() + more + 2 });
      }
    });
    if (wider.length) api.setColumnWidths(wider);
  }
  function searchIn(args) {
    for (var n = 0; n < args.length - 1; n += 1) {
      if (typeof args[n] === "string") return args[n];
      if (args[n] && typeof args[n].search === "string") return args[n].search;
    }
    return null;
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.grids = {
    // a reader's own doing is written into the address; what the address did is not
    watch: function (id) {
      window.dash_ag_grid.getApiAsync(id).then(function (api) {
        if (!told(api).list) return;
        api.addEventListener("filterChanged", function (event) {
          if (event.source !== "api") write(api);
        });
        api.addEventListener("sortChanged", function (event) {
          if (event.source === "uiColumnSorted") write(api);
        });
      });
      return none();
    },
    refresh: function () {
      var args = Array.prototype.slice.call(arguments);
      var api = null;
      // what is not made yet asks for its first rows by itself
      try { api = window.dash_ag_grid.getApi(args[args.length - 1]); } catch (_none) { return none(); }
      var search = searchIn(args);
      // old rows stay until the new ones are there
      if (search === null || !follow(api, search)) api.refreshInfiniteCache();
      return none();
    },
    pin: function (total, id) {
      if (!total) return none();
      try {
        var api = window.dash_ag_grid.getApi(id);
        api.setGridOption("pinnedTopRowData", total);
        window.requestAnimationFrame(function () { window.setTimeout(widen, 0, api, id); });
      } catch (_gone) { /* the reader has left the page */ }
      return none();
    },
    // filters and order of a grid, as its rows are asked for
    asked: function (id) {
      var api = null;
      try { api = window.dash_ag_grid.getApi(id); } catch (_none) { return null; }
      var order = api.getColumnState().filter(function (c) { return c.sort; });
      return {
        filterModel: api.getFilterModel() || {},
        sortModel: order.map(function (c) { return { colId: c.colId, sort: c.sort }; }),
      };
    },
  };
})();
