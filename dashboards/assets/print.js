// Paper: the page as its reader prints it. The browser says so before it lays out the sheets, and
// what a script must do is done then, at once: light colours, charts drawn anew for the paper's
// width, lists as tables of the rows that are there, and the words of every sheet's margins.
// The rest is in print.css, below the class that is set here.
(function () {
  "use strict";
  var root = document.documentElement;
  var undo = [];

  function text(selector, between) {
    var found = document.querySelector(selector);
    return found ? Array.from(found.children, function (part) { return part.textContent.trim(); }).join(between) : "";
  }
  function quoted(words) {
    return '"' + words.replace(/[\\"]/g, "\\$&").replace(/[ \t\r\n]+/g, " ") + '"';
  }
  function put(place, element) {
    place.appendChild(element);
    undo.push(function () { element.remove(); });
  }
  function element(name, look, words) {
    var made = document.createElement(name);
    if (look) made.className = look;
    if (words != null) made.textContent = words;
    return made;
  }

  // page, day and filters above, what the figures tie to and the number of the sheet below
  function margins(said) {
    var chips = Array.from(document.querySelectorAll("#active-filters .chip"), function (chip) {
      return Array.from(chip.children, function (part) { return part.textContent; }).slice(0, 2).join(": ");
    });
    var head = [document.title, text("#as-of-button", " ")].concat(chips).filter(Boolean).join(" · ");
    var pages = said.page.split(/(\{n\}|\{total\})/).map(function (part) {
      if (part === "{n}") return "counter(page)";
      return part === "{total}" ? "counter(pages)" : quoted(part);
    });
    put(document.head, element("style", "", "@page { @top-left { content: " + quoted(head) + " } " +
      "@bottom-left { content: " + quoted(text("#foot", " · ")) + " } @bottom-right { content: " + pages.join(" ") + " } }"));
  }

  // a day, a number of a document: as long as this no text is broken
  var SHORT = 13;
  function word(value) {
    return value == null ? "" : String(value);
  }

  // a list holds a window of its rows: what it has from the first on becomes a table
  function list(grid, said) {
    var api = null;
    try { api = window.dash_ag_grid.getApi(grid.id); } catch (_none) { return; }
    if (!api) return;
    var cards = grid.classList.contains("as-cards");
    var columns = api.getColumns().map(function (c) { return c.isVisible() || cards ? c.getColDef() : null; })
      .filter(function (c) { return c && !(c.context && c.context.deed) && c.field.slice(0, 5) !== "late_"; });
    var rows = [];
    api.forEachNode(function (node) { if (node.data) rows[node.rowIndex] = node.data; });
    var whole = rows.findIndex(function (row) { return !row; });
    if (whole >= 0) rows = rows.slice(0, whole);
    // a column in which nothing stands has nothing to print
    columns = columns.filter(function (c, n) {
      return !n || !rows.length || rows.some(function (row) { return !/^[\s–]*$/.test(word(row[c.field])); });
    });
    var table = element("table", "figures");
    function line(data, look) {
      var made = element("tr", look);
      columns.forEach(function (c) {
        var words = data ? word(data[c.field]) : c.headerName;
        var short = data && words.length <= SHORT ? "short" : "";
        made.appendChild(element(data ? "td" : "th", c.type === "rightAligned" ? "n" : short, words));
      });
      return made;
    }
    var head = element("thead"), body = element("tbody");
    head.appendChild(line(null));
    var total = api.getPinnedTopRow(0);
    if (total && total.data) body.appendChild(line(total.data, "total"));
    rows.forEach(function (row) { body.appendChild(line(row)); });
    table.appendChild(head);
    table.appendChild(body);
    var box = element("div", "paper-list table-scroll");
    box.appendChild(table);
    put(grid.parentNode, box);
    var all = api.getDisplayedRowCount();
    if (all > rows.length) {
      put(grid.parentNode, element("p", "paper-list measure",
        said.rows.replace("{shown}", rows.length).replace("{total}", all.toLocaleString(root.lang))));
    }
  }

  function chart(drawing) {
    var width = Math.floor(drawing.parentNode.getBoundingClientRect().width);
    var height = drawing._fullLayout && drawing._fullLayout.height;
    if (!width || !height) return;
    window.Plotly.relayout(drawing, { width: width, height: height });
    // landscape, or another paper: what was drawn is scaled as a whole
    drawing.querySelectorAll(".main-svg").forEach(function (svg) {
      svg.setAttribute("viewBox", "0 0 " + width + " " + height);
    });
    var box = drawing.querySelector(".svg-container");
    if (box) box.style.aspectRatio = width + " / " + height;
    undo.push(function () {
      drawing.querySelectorAll(".main-svg").forEach(function (svg) { svg.removeAttribute("viewBox"); });
      if (box) box.style.aspectRatio = "";
      window.Plotly.relayout(drawing, { width: null, autosize: true });
    });
  }

  // smaller than this nobody reads it: what stands behind gives way first
  var READABLE = 0.8;
  var LEAST = 4;

  // a table that is wider than the sheet is set smaller, never cut; of a list the last columns go
  function fit(box) {
    var table = box.querySelector("table");
    if (!table) return;
    var gone = [];
    var heads = box.classList.contains("paper-list") ? Array.from(table.tHead.rows[0].cells) : [];
    while (heads.length > LEAST && table.scrollWidth * READABLE > box.clientWidth) {
      var last = heads.pop();
      gone.unshift(last.textContent);
      Array.from(table.rows, function (row) { row.lastElementChild.remove(); });
    }
    if (gone.length) {
      box.parentNode.insertBefore(element("p", "paper-list measure",
        document.getElementById("paper").dataset.columns.replace("{columns}", gone.join(", "))), box.nextSibling);
      undo.push(box.nextSibling.remove.bind(box.nextSibling));
    }
    if (table.scrollWidth <= box.clientWidth) return;
    table.style.zoom = Math.floor((box.clientWidth / table.scrollWidth) * 100) / 100;
    undo.push(function () { table.style.zoom = ""; });
  }

  function begin() {
    var paper = document.getElementById("paper");
    if (!paper || root.classList.contains("printing")) return;
    var scheme = root.dataset.mantineColorScheme;
    root.dataset.mantineColorScheme = "light";
    root.classList.add("printing");
    undo = [function () {
      root.classList.remove("printing");
      root.dataset.mantineColorScheme = scheme;
    }];
    margins(paper.dataset);
    document.querySelectorAll("#page .grid.ag-theme-quartz, #page .grid[id]").forEach(function (grid) { list(grid, paper.dataset); });
    document.querySelectorAll("#page .js-plotly-plot").forEach(chart);
    document.querySelectorAll("#page .table-scroll").forEach(fit);
  }
  function end() {
    // the class goes first: charts are drawn for the screen again
    undo.forEach(function (back) { back(); });
    undo = [];
  }
  window.addEventListener("beforeprint", begin);
  window.addEventListener("afterprint", end);
})();
