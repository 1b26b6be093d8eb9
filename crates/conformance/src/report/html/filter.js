(function () {
  "use strict";
  var form = document.getElementById("filter");
  var output = form.querySelector("output");
  var cases = Array.prototype.slice.call(document.querySelectorAll("details.case"));
  var lists = Array.prototype.slice.call(document.querySelectorAll("section.list"));
  var texts = cases.map(function () { return null; });

  function text(index) {
    if (texts[index] === null) texts[index] = cases[index].textContent.toLowerCase();
    return texts[index];
  }

  function apply() {
    var chosen = form.elements;
    var words = chosen.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    cases.forEach(function (one, index) {
      var of = one.dataset;
      var fits = (!chosen.verdict.value || of.verdict === chosen.verdict.value) &&
        (!chosen.kind.value || of.kind === chosen.kind.value) &&
        (!chosen.operation.value || of.operation === chosen.operation.value) &&
        (!chosen.requirement.value ||
          of.about.split(" ").indexOf(chosen.requirement.value) >= 0) &&
        words.every(function (word) { return text(index).indexOf(word) >= 0; });
      one.hidden = !fits;
      if (fits) shown += 1;
    });
    var filtered = shown < cases.length;
    lists.forEach(function (list) {
      var fold = list.querySelector("details.fold");
      list.hidden = !list.querySelector("details.case:not([hidden])");
      if (fold && filtered) fold.open = true;
    });
    output.textContent = shown + " of " + cases.length + " shown";
  }

  // A link to something that is folded or filtered out shows it.
  function reveal() {
    var found = document.getElementById(location.hash.slice(1));
    if (!found) return;
    for (var at = found; at; at = at.parentElement) {
      if (at.tagName === "DETAILS") at.open = true;
      at.hidden = false;
    }
    found.scrollIntoView();
  }

  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("reset", function () { setTimeout(apply); });
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  window.addEventListener("hashchange", reveal);
  apply();
  reveal();
})();
