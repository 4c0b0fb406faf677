// Mends what Material leaves out of a keyboard's reach. Everything works without
// this file except what Material itself needs scripts for (search, palette).
(() => {
  "use strict";

  const narrow = { drawer: matchMedia("(max-width: 76.234375em)"), search: matchMedia("(max-width: 59.984375em)") };

  // Material opens menu and search with labels of hidden check boxes, which no key
  // reaches. A real button beside each does the same; the label stays for Material.
  function addButton(name, words, panel) {
    const toggle = document.getElementById("__" + name);
    const label = document.querySelector(".md-header__button[for=__" + name + "]");
    if (!toggle || !label || !panel) return;
    panel.id = panel.id || "gp-" + name;

    const button = document.createElement("button");
    button.type = "button";
    button.className = "md-header__button md-icon gp-toggle gp-toggle--" + name;
    button.setAttribute("aria-label", words);
    button.setAttribute("aria-controls", panel.id);
    button.append(label.firstElementChild.cloneNode(true));
    label.after(button);
    label.classList.add("gp-replaced");

    const show = () => {
      button.setAttribute("aria-expanded", String(toggle.checked));
      // A closed panel off the screen's edge must not take the focus.
      panel.inert = narrow[name].matches && !toggle.checked;
    };
    const set = (open) => {
      if (toggle.checked !== open) toggle.click();
      show();
    };
    button.addEventListener("click", () => {
      set(!toggle.checked);
      if (!toggle.checked) return;
      const first = panel.querySelector("input:not([type=checkbox]), a[href]");
      if (first) setTimeout(() => first.focus(), 300);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !toggle.checked || !narrow[name].matches) return;
      set(false);
      button.focus();
    });
    toggle.addEventListener("change", show);
    narrow[name].addEventListener("change", show);
    show();
  }

  addButton("drawer", "Menu", document.querySelector(".md-sidebar--primary"));
  addButton("search", "Search", document.querySelector(".md-search__inner"));

  const dialog = document.querySelector(".md-search[role=dialog]");
  if (dialog) dialog.setAttribute("aria-label", "Search");

  // The results of a closed search are no stop on the way.
  const results = document.querySelector(".md-search__output");
  const searching = document.getElementById("__search");
  if (results && searching) {
    const hideResults = () => {
      results.inert = !searching.checked;
    };
    searching.addEventListener("change", hideResults);
    hideResults();
  }

  // What scrolls sideways can be scrolled by keys, and says what it is.
  function nameScrollers() {
    for (const box of document.querySelectorAll(".md-typeset__scrollwrap, .gp-table-scroll")) {
      if (box.scrollWidth <= box.clientWidth) continue;
      box.tabIndex = 0;
      if (!box.hasAttribute("role")) box.setAttribute("role", "region");
      if (box.hasAttribute("aria-label") || box.hasAttribute("aria-labelledby")) continue;
      const caption = box.querySelector("caption");
      box.setAttribute("aria-label", caption ? caption.textContent.trim() : "Table, scrolls sideways");
    }
  }
  addEventListener("load", nameScrollers);
  addEventListener("resize", nameScrollers);

  // A heading of contents that no check box unfolds labels nothing.
  if (!document.getElementById("__toc")) {
    for (const label of document.querySelectorAll("label[for=__toc]")) label.removeAttribute("for");
  }

  // After a failed check the summary is what to read first.
  const summary = document.querySelector(".gp-error-summary");
  if (summary && !location.hash) {
    summary.tabIndex = -1;
    summary.focus();
  }

  // Printing needs a script, so its button shows only where one runs.
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
})();
