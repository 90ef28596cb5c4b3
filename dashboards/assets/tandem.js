// What the browser does by itself: the language, the link, the narrow frame.
(function () {
  "use strict";

  window.dash_clientside = window.dash_clientside || {};
  var none = function () { return window.dash_clientside.no_update; };

  window.dash_clientside.tandem = {
    title: function (title) {
      if (title) document.title = title + " · Tandem";
      return none();
    },
    // the way to the other pages keeps the day and the filters
    links: function (pathname, kept, links) {
      return links.map(function (link) {
        if (!link.props.href) return link;
        var path = link.props.href.split("?")[0];
        var look = "nav-link" + (path === pathname ? " active" : "");
        var props = Object.assign({}, link.props, { href: path + kept, className: look });
        return Object.assign({}, link, { props: props });
      });
    },
    language: function (code) {
      if (code && code !== document.documentElement.lang) {
        document.cookie = "lang=" + code + ";path=/;max-age=31536000;samesite=lax";
        window.location.reload();
      }
      return none();
    },
    burger: function (opened, pathname, navbar) {
      var asked = window.dash_clientside.callback_context.triggered_id;
      if (asked !== "burger") {
        // a page was chosen: on a narrow screen the list of pages has done its work
        var burger = document.getElementById("burger");
        if (burger && opened) burger.click();
        return none();
      }
      return Object.assign({}, navbar, { collapsed: { mobile: !opened } });
    },
    expanded: function (opened) { return String(Boolean(opened)); },
    filters: function (clicks) {
      var open = clicks % 2 === 1;
      document.getElementById("open-filters").setAttribute("aria-expanded", String(open));
      return open ? "filters open" : "filters";
    },
    // the parts of a panel's menu that need no answer from the server
    menu: function (clicks, sources, ids, asOf) {
      var context = window.dash_clientside.callback_context;
      var asked = context.triggered_id;
      if (!asked || !context.triggered[0].value) return none();
      if (asked.do === "link") {
        copy(linkOf(asOf, asked.panel + "-panel"));
        return none();
      }
      var plain = asked.do === "csv-plain";
      if (asked.do !== "csv" && asked.do !== "xlsx" && !plain) return none();
      var source = sources.filter(function (_s, n) { return ids[n].panel === asked.panel; })[0];
      var format = plain ? "csv" : asked.do;
      if (source) download(source.list ? "list" : "figure", format, source, asOf, null, plain);
      return none();
    },
    rows: function (clicks, source, which, asOf) {
      var context = window.dash_clientside.callback_context;
      if (!source || !context.triggered[0].value) return none();
      var what = source.list ? "list" : "rows";
      var chosen = source.list ? source : Object.assign({}, source, { which: which || "" });
      // the drawer keeps the filters of its columns to itself: the file is told of them
      var asked = window.dash_clientside.grids.asked("explain-rows");
      download(what, context.triggered_id.format, chosen, asOf, asked);
      return none();
    },
    copyLink: function (clicks, asOf) {
      if (!clicks) return none();
      copy(linkOf(asOf));
      return flash("copy-link-text", "copy-link");
    },
  };

  // a link names its day, so that it shows the same when newer data have come in
  function linkOf(asOf, hash) {
    var url = new URL(window.location.href);
    if (asOf && !url.searchParams.has("as_of")) url.searchParams.set("as_of", asOf);
    url.hash = hash || "";
    return url.toString();
  }
  function download(what, format, source, asOf, asked, plain) {
    var url = new URL(linkOf(asOf));
    if (source.list) {
      url.searchParams.set("list", source.list);
      url.searchParams.set("params", JSON.stringify(source.params || {}));
    } else {
      url.searchParams.set("explain", JSON.stringify(source));
    }
    if (asked) url.searchParams.set("request", JSON.stringify(asked));
    if (plain) url.searchParams.set("csv", "plain");
    var link = document.createElement("a");
    link.href = "/download/" + what + "." + format + url.search;
    link.download = "";
    document.body.appendChild(link);
    link.click();
    link.remove();
  }
  function copy(text) {
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).catch(function () {});
      return;
    }
    var field = document.createElement("textarea");
    field.value = text;
    document.body.appendChild(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  function flash(id, button) {
    var element = document.getElementById(id);
    var done = document.getElementById(button).dataset.done;
    var before = element.textContent;
    if (before === done) return none();
    setTimeout(function () { element.textContent = before; }, 1500);
    element.textContent = done;
    return none();
  }
})();
