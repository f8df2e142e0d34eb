// Makes the confusion matrix in the element #ID answer: the pointer or the arrow keys over a cell tell its pair and count, a click
// or Enter shows its images. Without this script the image stays as it is.
(function () {
  "use strict";
  document.querySelectorAll("#ID").forEach(function (root) {
    if (root.dataset.ready) return;
    root.dataset.ready = "yes";
    var data = JSON.parse(root.querySelector("script[type='application/json']").textContent);
    var matrix = root.querySelector("img"), line = root.querySelector("p"), box = root.querySelector("div");
    var n = data.labels.length, here = null;
    function tell(cell) {
      here = cell;
      if (!cell) return;
      var count = data.counts[cell[0]][cell[1]], name = data.labels[cell[0]], other = data.labels[cell[1]];
      line.textContent = cell[0] === cell[1] ? name + ": " + count + " right" : name + " taken for " + other + ": " + count;
    }
    function under(event) {
      var r = matrix.getBoundingClientRect(), scale = data.width / r.width;
      var j = Math.floor(((event.clientX - r.left) * scale - data.x) / data.cell);
      var i = Math.floor(((event.clientY - r.top) * scale - data.y) / data.cell);
      return i >= 0 && j >= 0 && i < n && j < n ? [i, j] : null;
    }
    function show() {
      box.textContent = "";
      if (!here) return;
      data.examples.forEach(function (e) {
        if (e.actual !== here[0] || e.predicted !== here[1]) return;
        var figure = document.createElement("figure"), photo = document.createElement("img"), caption = document.createElement("figcaption");
        figure.style.cssText = "display:inline-block;margin:4px;text-align:center";
        photo.src = e.src;
        photo.alt = caption.textContent = e.title;
        figure.append(photo, caption);
        box.append(figure);
      });
    }
    matrix.addEventListener("mousemove", function (event) { tell(under(event)); });
    matrix.addEventListener("click", function (event) { tell(under(event)); show(); });
    matrix.addEventListener("keydown", function (event) {
      var step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (step) {
        event.preventDefault();
        event.stopPropagation();
        tell(here ? [(here[0] + step[0] + n) % n, (here[1] + step[1] + n) % n] : [0, 0]);
      } else if (event.key === "Enter") {
        show();
      }
    });
    matrix.tabIndex = 0;
    matrix.style.cursor = "pointer";
    line.textContent = "Point at a cell; click it to see its images.";
  });
})();
