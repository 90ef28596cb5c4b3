// Imports: files are sent one after the other, as they are, with their progress.
(function () {
  "use strict";
  window.dash_clientside = window.dash_clientside || {};
  var none = function () { return window.dash_clientside.no_update; };
  var picker = null;
  var waiting = [];
  var sending = false;
  var arrived = 0;

  function session() {
    var key = window.sessionStorage.getItem("tandem-imports");
    if (!/^[0-9a-f]{32}$/.test(key || "")) {
      var bytes = window.crypto.getRandomValues(new Uint8Array(16));
      key = Array.from(bytes, function (b) { return b.toString(16).padStart(2, "0"); }).join("");
      window.sessionStorage.setItem("tandem-imports", key);
    }
    return key;
  }
  function zone() { return document.getElementById("imports-drop"); }

  function send(files) {
    var list = document.getElementById("imports-sending");
    if (!zone() || !list) return;
    Array.prototype.forEach.call(files, function (file) {
      var row = document.createElement("div");
      row.className = "sending";
      row.innerHTML = "<span></span><progress max='1' value='0'></progress><em></em>";
      row.firstChild.textContent = file.name;
      list.appendChild(row);
      waiting.push({ file: file, row: row });
    });
    next();
  }
  function next() {
    if (sending) return;
    var job = waiting.shift();
    if (!job) {
      if (arrived) window.dash_clientside.set_props("imports-arrived", { data: Date.now() });
      arrived = 0;
      return;
    }
    var texts = zone() ? zone().dataset : {};
    var note = job.row.lastChild;
    function fail(text) {
      job.row.classList.add("failed");
      note.textContent = text;
      done();
    }
    function done() { sending = false; next(); }
    if (job.file.size > Number(texts.limit)) return fail(texts.large);
    sending = true;
    var request = new XMLHttpRequest();
    request.open("POST", "/imports/files?session=" + session() + "&name=" + encodeURIComponent(job.file.name));
    request.setRequestHeader("X-Tandem", "upload");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = function (event) {
      if (!event.lengthComputable) return;
      job.row.querySelector("progress").value = event.loaded / event.total;
      note.textContent = Math.floor((100 * event.loaded) / event.total) + " %";
    };
    request.onload = function () {
      if (request.status === 200) {
        arrived += 1;
        job.row.querySelector("progress").value = 1;
        job.row.dataset.arrived = "yes";
        note.textContent = texts.looking;
        return done();
      }
      var error = "";
      try { error = JSON.parse(request.responseText).error; } catch (_ignored) { error = ""; }
      fail(error || (request.status === 413 ? texts.large : texts.failed));
    };
    request.onerror = function () { fail(texts.failed); };
    request.send(job.file);
  }

  document.addEventListener("DOMContentLoaded", function () {
    // outside of what React draws, so that a choice survives every redraw
    picker = document.createElement("input");
    picker.type = "file";
    picker.multiple = true;
    picker.id = "imports-picker";
    picker.hidden = true;
    picker.addEventListener("change", function () {
      send(picker.files);
      picker.value = "";
    });
    document.body.appendChild(picker);
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest && event.target.closest("[data-choose-files]")) picker.click();
  });
  function hasFiles(event) {
    return zone() && event.dataTransfer && Array.from(event.dataTransfer.types).includes("Files");
  }
  ["dragenter", "dragover"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      if (!hasFiles(event)) return;
      event.preventDefault();
      zone().classList.add("over");
    });
  });
  document.addEventListener("dragleave", function (event) {
    if (zone() && !event.relatedTarget) zone().classList.remove("over");
  });
  document.addEventListener("drop", function (event) {
    if (!hasFiles(event)) return;
    event.preventDefault();
    zone().classList.remove("over");
    send(event.dataTransfer.files);
  });

  window.dash_clientside.imports = {
    session: function () { return session(); },
    shown: function () {
      document.querySelectorAll("#imports-sending [data-arrived]").forEach(function (row) { row.remove(); });
      if (document.querySelector(".import-card .tag.waiting")) {
        // the others are looked at while these can be read
        setTimeout(function () { window.dash_clientside.set_props("imports-arrived", { data: Date.now() }); }, 20);
      }
      return none();
    },
  };
})();
