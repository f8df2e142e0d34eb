// What the page gains with script: drag, drop and paste, a preview, an early word about photos that are too large. The form is sent as it is without script.
"use strict";
(() => {
  const form = document.querySelector("form"), input = form.elements.photo, button = form.querySelector("button"), drop = form.querySelector(".drop");
  const preview = document.getElementById("preview"), hint = document.getElementById("hint"), problem = document.getElementById("problem");
  const invitation = hint.textContent + ", or drop or paste one here";
  let shown = "";

  const complain = text => { problem.textContent = text; problem.hidden = !text; };

  const look = () => {
    const file = input.files[0];
    URL.revokeObjectURL(shown);
    shown = "";
    preview.hidden = true;
    hint.textContent = file ? file.name : invitation;
    complain(file && file.size > Number(form.dataset.bytes) ? `This photo has more than ${form.dataset.limit}. Choose a smaller one.` : "");
    if (file && problem.hidden) {
      shown = URL.createObjectURL(file);
      preview.src = shown;
    }
  };

  const take = files => {
    const file = [...files].find(f => f.type.startsWith("image/"));
    if (!file) return complain("That is not an image.");
    const list = new DataTransfer();
    list.items.add(file);
    input.files = list.files;
    look();
  };

  form.classList.add("scripted");
  preview.addEventListener("load", () => { preview.hidden = false; });
  input.addEventListener("change", look);
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, e => { e.preventDefault(); drop.classList.add("over"); });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", e => { e.preventDefault(); drop.classList.remove("over"); take(e.dataTransfer.files); });
  document.addEventListener("paste", e => { if (e.clipboardData.files.length) take(e.clipboardData.files); });
  form.addEventListener("submit", e => {
    if (!problem.hidden) return e.preventDefault();
    button.disabled = true;
    button.textContent = "Looking …";
  });
  window.addEventListener("pageshow", () => { button.disabled = false; button.textContent = "What is it?"; look(); });
})();
