// One customer: the form that says something shows the fields of its subject.
(function () {
  "use strict";
  window.dash_clientside = window.dash_clientside || {};

  window.dash_clientside.customer = {
    saying: function (subject) { return "say " + subject; }
  };
})();
