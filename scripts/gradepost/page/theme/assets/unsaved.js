// Asks before a page is left whose form holds what nobody has stored yet. The form
// says whether it does from the start, or only once something in it was changed.
(() => {
  "use strict";

  const form = document.querySelector("form[data-unsaved]");
  if (!form) return;
  let unsaved = form.dataset.unsaved === "yes";

  form.addEventListener("input", () => {
    unsaved = true;
  });
  form.addEventListener("submit", () => {
    unsaved = false;
  });
  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
})();
