"""What a page must be for everybody, asked of the page as the browser has drawn it. Each answer is a list of faults."""

PAGE = r"""
() => {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    const sticksOut = (e) => e.getBoundingClientRect().right > root.clientWidth + 1;
    const wide = [...document.querySelectorAll("main *")].filter(sticksOut).slice(0, 3);
    faults.push(`it scrolls sideways: ${wide.map((e) => e.outerHTML.slice(0, 90))}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) faults.push(`id ${id} stands twice`);
  for (const name of ["for", "aria-labelledby", "aria-describedby", "aria-controls"]) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      for (const id of element.getAttribute(name).split(/\s+/)) {
        if (!document.getElementById(id)) faults.push(`${name} leads nowhere: ${id}`);
      }
    }
  }
  for (const link of document.querySelectorAll("main a[href^='#']")) {
    const id = decodeURIComponent(link.getAttribute("href").slice(1));
    if (id && !document.getElementById(id)) faults.push(`a link leads nowhere: #${id}`);
  }
  if (document.querySelectorAll("h1").length !== 1) faults.push("there is not one h1");

  const parse = (colour) => (colour.match(/[\d.]+/g) || []).map(Number);
  const luminance = ([r, g, b]) => {
    const part = (v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const contrast = (a, b) => {
    const [low, high] = [luminance(parse(a)), luminance(parse(b))].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const behind = (element) => {
    for (let e = element.parentElement; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (parse(colour).length === 3 || parse(colour)[3] === 1) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const inputs = ".gp-form :is(input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea)";
  for (const input of document.querySelectorAll(inputs)) {
    if (!input.checkVisibility()) continue;
    const style = getComputedStyle(input);
    const against = behind(input);
    const isDrawn = parseFloat(style.borderTopWidth) >= 1 && style.borderTopStyle !== "none";
    if (!isDrawn) faults.push(`${input.id} has no border`);
    else if (contrast(style.borderTopColor, against) < 3) faults.push(`${input.id}: its border cannot be seen`);
  }
  const words = "main :is(p, a, li, dt, dd, th, td, label, legend, h1, h2, h3, button, span), "
    + ":is(.gp-banner, .gp-session) :is(span, a, button, summary)";
  for (const element of document.querySelectorAll(words)) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const style = getComputedStyle(element);
    const self = parse(style.backgroundColor);
    const on = self.length === 3 || self[3] === 1 ? style.backgroundColor : behind(element);
    if (contrast(style.color, on) < 4.5) faults.push(`too little contrast: ${element.outerHTML.slice(0, 80)}`);
  }
  return faults;
}
"""

FOCUS = r"""
() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const faults = [];
  const style = getComputedStyle(element);
  const what = (element.id || element.outerHTML.slice(0, 80));
  const box = element.getClientRects()[0] || element.getBoundingClientRect();
  const isRegion = element.matches(".gp-table-scroll, .gp-shell, .gp-error-summary, .md-typeset__scrollwrap");
  const scripted = element.matches(".md-option, .md-toggle");
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  if (!scripted && !outlined) faults.push(`${what}: no outline`);
  if (!isRegion && !scripted) {
    const within = (value, most) => Math.min(Math.max(value, 0), most - 1);
    const y = within(box.top + Math.min(4, box.height / 2), innerHeight);
    const edge = Math.min(4, box.width / 2);
    const over = [box.left + edge, (box.left + box.right) / 2, box.right - edge].map((x) =>
      document.elementFromPoint(within(x, innerWidth), y));
    const isSeen = over.some((e) => e && (e === element || element.contains(e) || e.contains(element)));
    if (!isSeen) faults.push(`${what}: hidden under ${over[0] ? over[0].outerHTML.slice(0, 60) : "nothing"}`);
    if (box.bottom < 0 || box.top > innerHeight) faults.push(`${what}: out of sight`);
  }
  window.gpStops = window.gpStops || new Map();
  if (!window.gpStops.has(element)) window.gpStops.set(element, window.gpStops.size);
  return { stop: window.gpStops.get(element), faults };
}
"""

ROLES = {
    "button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "spinbutton", "listbox", "menuitem",
    "Date", "DateTime", "InputTime", "DisclosureTriangle",
}  # fmt: skip
MOST_STOPS = 500
# Rows that others like them stand before and after.
_ALIKE = "main tbody tr:nth-child(n + 7):nth-last-child(n + 5)"
THIN = f"() => document.querySelectorAll('{_ALIKE}').forEach((row) => row.remove())"


def faults_of(page):
    """What is wrong with the page as it is drawn now."""
    page.wait_for_load_state()
    return page.evaluate(PAGE)


def nameless(page):
    """Controls that a screen reader has no name for, out of the browser's own accessibility tree."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    controls = [n for n in nodes if not n["ignored"] and n.get("role", {}).get("value") in ROLES]
    return [n["role"]["value"] for n in controls if not n.get("name", {}).get("value", "").strip()]


def faults_of_walking(page, key, *, every_row=False):
    """What is wrong with any stop on the way through the page by one key, from one end to the other. Of a long table
    the first and the last rows stand for all, without `every_row`."""
    page.wait_for_load_state()
    if not every_row:
        page.evaluate(THIN)
    page.evaluate("() => { window.gpStops = new Map(); document.activeElement.blur(); scrollTo(0, 0); }")
    faults, last = [], -1
    for _ in range(MOST_STOPS):
        page.keyboard.press(key)
        found = page.evaluate(FOCUS)
        if found is None or found["stop"] < last:
            return faults
        last = found["stop"]
        faults += found["faults"]
    return [*faults, f"more than {MOST_STOPS} stops"]
