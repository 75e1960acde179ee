// A classic script in the head: the chosen theme and density are set before the first paint, so nothing flashes.
(function () {
  try {
    var root = document.documentElement;
    ["theme", "density"].forEach(function (name) {
      var value = localStorage.getItem("parta-" + name);
      if (value) root.dataset[name] = value;
    });
  } catch (error) {
    // Storage is switched off: the page follows the system.
  }
})();
