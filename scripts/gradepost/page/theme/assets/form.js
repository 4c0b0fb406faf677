// What a form does beyond posting itself; all works without it.
const one = (query, of = document) => of.querySelector(query);
const all = (query, of = document) => [...of.querySelectorAll(query)];
const byId = (id) => document.getElementById(id);
const read = (id) => JSON.parse(byId(id)?.textContent ?? null);
const data = read("gp-form-data");
const form = data && byId("gp-form");
const guarded = one("form[data-unsaved]");
const centre = guarded?.dataset.centre ?? "";
const [tools, drafts, foot, errorRow, errorLine, personName] = byId("gp-script")?.children ?? [];
const button = (act) => one(`[data-act=${act}]`);

function words(key, facts = {}) {
  const text = data.words.script[key];
  return (text[facts.n === 1 ? "one" : "other"] ?? text).replace(/{(\w+)}/g, (_, name) => facts[name].toLocaleString("en"));
}
const counted = (key, n) => words(key, { n });
const put = (name, text) => (one(`[data-${name}]`).textContent = text);
const tell = (key, facts) => put("said", words(key, facts));

// A sheet `s` has rows `r` and columns `c`; single fields are one of one row.
const sheets = new Map();
const each = (work) => [...sheets.values()].flatMap(work);
const at = (s, r, c) => (s.rows ? s.rows[r]?.cells[c + 1].firstElementChild : s.controls[c]);
const isBox = (control) => control.type === "checkbox";
const textOf = (control) => (isBox(control) && !control.checked ? "" : control.value);
const placeOf = (r, c) => r * 64 + c;
const filled = (s) => s.values.flatMap((row, r) => (row.some((text, c) => text !== s.columns[c].empty) ? r : []));
const single = () => sheets.get("");
const subject = () => single().values[0][single().of.component] ?? "";

function addSheet(list, controls, factsOf, more) {
  const columns = controls.map(factsOf);
  const of = Object.fromEntries(columns.map(({ property }, c) => [property, c]));
  const s = { list, controls, columns, of, live: new Map(), shown: new Map(), repeats: {}, ...more };
  s.values = (s.rows ?? [0]).map((_, r) => columns.map((_, c) => textOf(at(s, r, c))));
  for (const name of ["candidate_number", "uln"]) if (name in of) s.repeats[of[name]] = new Map();
  sheets.set(list, s);
}

function ready() {
  if (sheets.size) return;
  const singles = all("[name]:not([type=hidden],[type=file],button,.gp-sheet *)", form);
  addSheet("", singles, ({ name, id }) => ({ ...data.fields[name], list: "", property: id.slice(2) }));
  for (const section of all(".gp-sheet", form)) {
    const { list } = section.dataset;
    const rows = all("tr[data-row]", section);
    const factsOf = ({ name }) => data.rows[list].columns.find(({ property }) => name === `${list}.0.${property}`);
    const blank = data.blanks[list];
    addSheet(list, all("td > [name]:not(button)", rows[0]), factsOf, { rows, blank, section });
  }
  for (const line of all(".gp-error[id$=-error]", form)) {
    const [s, r, c] = place(byId(line.id.slice(0, -6)));
    if (s) for (const said of [s.live, s.shown]) said.set(placeOf(r, c), line.lastChild.data);
  }
  each((s) => s.values.forEach((_, r) => meet(s, r)));
  tally();
}

function place(control) {
  const tr = control?.closest("tr[data-row]");
  if (control?.type === "file") return [];
  if (tr) return [sheets.get(tr.closest(".gp-sheet").dataset.list), +tr.dataset.row, control.parentNode.cellIndex - 1];
  const c = single().controls.indexOf(control);
  return c < 0 ? [] : [single(), 0, c];
}

const names = {};
const patterns = {};
const fold = (text) => text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}+*]/gu, "");

function entryOf(list, text = "") {
  names[list] ??= new Map(
    [2, 1, 0].flatMap((part) =>
      data.lists[list].flatMap((entry) => [entry[part]].flat().flatMap((name) => [[fold(name), entry], [name, entry]])),
    ),
  );
  return names[list].get(text) ?? names[list].get(fold(text)) ?? [];
}

function meant({ widget, list }, typed) {
  const text = typed.replace(/\s*[\r\n]+\s*/g, " ").trim();
  if (widget === "yes") return /^(yes|y|true|1|✓)$/i.test(text) ? "true" : /^(no|n|false|0|)$/i.test(text) ? "" : undefined;
  if (list) return entryOf(list, text)[1] ?? text;
  if (widget === "date") return text.replace(/^(\d\d)[/.-](\d\d)[/.-](\d{4})$/, "$3-$2-$1");
  return widget === "digits" && /^[\d\s-]+$/.test(text) ? text.replace(/\D/g, "") : text;
}

const isPlaceholder = (text) => text === "9999999999";
const isUln = (uln) => uln[0] > 0 && [...uln].reduce((sum, digit, i) => sum + digit * (10 - i), 0) % 11 === 10;

function wrong(s, r, c, isLeft) {
  const { property, list, pattern, what } = s.columns[c];
  const row = s.values[r];
  const text = row[c];
  const component = data.components[subject()];
  if (property === "grade" || property === "mark") {
    const [outcome] = entryOf("outcomes", row[s.of.outcome]);
    const isGraded = data.outcomes.graded.includes(outcome);
    const isAsked = (component?.maximum_mark == null) === (property === "grade");
    if (outcome && text && !isGraded) return words("no_result", { what: property });
    if (isGraded && !text && isAsked && isLeft) return words("result_missing", { what: property });
  }
  if (!text) return "";
  if (list) {
    const [id] = entryOf(list, text);
    const scale = list === "grades" && component?.grades;
    if (!scale?.length) return id ? "" : words("unlisted");
    const grades = scale.map((grade) => entryOf(list, grade)[1]).join(", ");
    return scale.includes(id) ? "" : words("scale", { component: subject(), grades });
  }
  if (pattern && !(patterns[pattern] ??= RegExp(pattern)).test(text)) return words("shape", { what });
  if (data.checks[property] === "uln" && !isPlaceholder(text) && !isUln(text)) return words("uln");
  return s.repeats[c]?.has(r) ? words("repeated", { row: s.repeats[c].get(r) + 1 }) : "";
}

function repeats(s, c) {
  const first = new Map();
  const found = new Map();
  s.values.forEach(({ [c]: text }, r) => {
    if (first.has(text)) found.set(r, first.get(text));
    else if (text && !isPlaceholder(text)) first.set(text, r);
  });
  return found;
}

function check(s) {
  const here = document.activeElement.closest("tr");
  const full = new Set(filled(s));
  for (const c in s.repeats) s.repeats[c] = repeats(s, c);
  s.values.forEach((row, r) => {
    const isLeft = s.rows && s.rows[r] !== here;
    row.forEach((text, c) => {
      const live = text || isLeft ? s.live.get(placeOf(r, c)) : "";
      const now = (full.has(r) && (wrong(s, r, c, isLeft) || live)) || "";
      if (now !== (s.shown.get(placeOf(r, c)) ?? "")) say(s, r, c, now);
    });
    meet(s, r);
  });
  tally();
}

let isDown;

// A button being pressed must not move.
function checkSoon() {
  setTimeout(() => (isDown ? addEventListener("pointerup", checkSoon, { once: true }) : each(check)));
}

function say(s, r, c, text) {
  const control = at(s, r, c);
  const line = errorLine.cloneNode(true);
  s.shown[text ? "set" : "delete"](placeOf(r, c), text);
  if (!control) return;
  line.id = `${control.id}-error`;
  byId(line.id)?.remove();
  const about = (control.getAttribute("aria-describedby") ?? "").replace(line.id, "");
  control.setAttribute("aria-describedby", about + (text && ` ${line.id}`));
  control.ariaInvalid = text ? "true" : null;
  if (!s.rows) {
    line.append(text);
    control.closest(".gp-field").classList.toggle("gp-field--error", text);
    return text && control.before(line);
  }
  const tr = s.rows[r];
  let below = tr.nextElementSibling;
  if (!below?.matches(".gp-row--said")) tr.after((below = one("tr", errorRow).cloneNode(true)));
  const cell = below.lastElementChild;
  cell.colSpan = s.columns.length + 1;
  line.append(`${s.columns[c].label}: `, text);
  if (text) cell.append(line);
  tr.classList.toggle("gp-row--error", cell.firstChild);
  if (!cell.firstChild) below.remove();
}

// Undone together: sheets, each with place, before, after, place, …
const done = [];
const undone = [];
let timer;
let isBulk;
let unsaved = guarded?.dataset.unsaved === "yes";

function changed() {
  unsaved = true;
  isKept = isWaiting = false;
  asking?.abort();
  clearTimeout(timer);
  timer = setTimeout(() => {
    save();
    timer = setTimeout(ask, 500);
  }, 500);
}

function write(parts, from, to) {
  for (const [s, cells] of parts) {
    for (let i = 0; i < cells.length; i += 3) {
      const [r, c] = [cells[i] >> 6, cells[i] % 64];
      if (s.values[r][c] === cells[i + from]) set(s, r, c, cells[i + to]);
    }
    check(s);
  }
  isBulk = true;
  changed();
  button("undo").hidden = !done.length;
  button("redo").hidden = !undone.length;
}

function set(s, r, c, text) {
  const control = at(s, r, c);
  s.values[r][c] = text;
  s.live.delete(placeOf(r, c));
  if (!control) return;
  if (isBox(control)) control.checked = text;
  else control.value = text;
  // A field of dates holds dates alone.
  if (s.rows && textOf(control) !== text) {
    control.type = "text";
    control.value = text;
  }
  s.values[r][c] = textOf(control);
}

function bulk(...parts) {
  undone.length = 0;
  done.push(parts);
  while (done.length > 1 && done.flat(3).length > 4e4) done.shift();
  write(parts, 1, 2);
}

function turn(from, onto, before, after, key) {
  const parts = from.pop();
  if (!parts) return;
  onto.push(parts);
  write(parts, before, after);
  tell(key);
}

// Values count at once; their rows follow after a frame, or before anything else happens.
function grow(s, wanted) {
  while (s.values.length < Math.min(wanted, 5000)) s.values.push(s.columns.map(({ empty }) => empty));
  requestAnimationFrame(() => requestAnimationFrame(makeSome));
}

const makeSome = () => make(10) || setTimeout(makeSome);

function make(tables) {
  each((s) => {
    for (; tables && s.rows?.length < s.values.length; tables--) makeTable(s);
  });
  return tables;
}

for (const kind of ["keydown", "click", "submit", "beforeprint"]) addEventListener(kind, () => make(-1), true);

// From text, as cloning takes longer.
function makeTable(s) {
  const from = s.rows.length;
  const rows = s.values.slice(from, from - (from % 50) + 50);
  const page = s.rows[from - 1].closest(".gp-sheet__page");
  const made = document.createElement("template");
  const numbered = (html, r) => html.replace(/\b1000(\d{3})\b/g, (_, n) => r + +n);
  const [head, row, foot] = s.blank;
  made.innerHTML = numbered(head, from) + rows.map((_, i) => numbered(row, from + i)).join("") + foot;
  const body = one("tbody", made.content);
  s.rows.push(...body.children);
  rows.forEach((row, i) => {
    const r = from + i;
    row.forEach((text, c) => {
      const said = s.shown.get(placeOf(r, c));
      set(s, r, c, text);
      if (said) say(s, r, c, said);
    });
    meet(s, r);
  });
  if (from % 50) one("tbody", page).append(...body.children);
  else page.after(made.content);
}

function cellsOf(text) {
  const quoted = /(^|[\t\n])"([^"]*(?:""[^"]*)*)"(?=[\t\r\n]|$)/g;
  const plain = text.replace(quoted, (_, start, cell) => start + cell.replaceAll('""', '"').replace(/\s+/g, " "));
  return plain.replace(/\r?\n$/, "").split(/\r?\n/).map((line) => line.split("\t"));
}

function paste(event, s, top, first) {
  const rows = cellsOf(event.clipboardData.getData("text/plain"));
  if (!s?.rows || rows.flat().length < 2) return;
  event.preventDefault();
  grow(s, top + rows.length);
  const cells = [];
  let out = 0;
  rows.forEach((row, i) => {
    row.forEach((typed, j) => {
      const [r, c] = [top + i, first + j];
      const before = s.values[r]?.[c];
      const after = before === undefined ? before : meant(s.columns[c], typed);
      if (after === undefined) out += Boolean(typed.trim());
      else if (after !== before) cells.push(placeOf(r, c), before, after);
    });
  });
  bulk([s, cells]);
  tell(out ? "changed_but" : "changed", {
    rows: counted("row", rows.length),
    cells: counted("cell", cells.length / 3),
    problems: counted("problem", problems()),
    out: counted("cell", out),
  });
}

let typing;

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function keydown(event, s, r, c) {
  const { key, target, altKey, ctrlKey, metaKey } = event;
  const isCtrl = ctrlKey || metaKey;
  const [down, right] = STEPS[key] ?? [];
  let act;
  if (isCtrl && isBulk && /^[zy]$/i.test(key)) act = key === "z" ? acts.undo : acts.redo;
  else if (!s?.rows || !s.columns[c]) return;
  else if (isCtrl && key === "d" && r) act = () => bulk([s, [placeOf(r, c), s.values[r][c], s.values[r - 1][c]]]);
  // Arrows still walk through words, dates, and an open list.
  else if (right ? (isCtrl || altKey) && !/\s/.test(target.value) : down && !isCtrl && !altKey && (key === "Enter" || (target.type !== "date" && typing !== target.list)))
    act = () => {
      let to = r;
      do to += event.shiftKey ? -down : down;
      while (down && isFiltered() && s.rows[to]?.className === "");
      const control = s.rows[to] && s.columns[c + right] && at(s, to, c + right);
      control?.focus();
      control?.select?.();
    };
  if (!act) return;
  event.preventDefault();
  act();
}

const isFiltered = () => button("filter").ariaPressed === "true";
const problems = () => each((s) => [...s.shown]).length;

function tally() {
  const n = problems();
  const s = sheets.get("learners");
  button("next").hidden = !n;
  put("count", n ? counted("problem", n) : "");
  const rows = s && filled(s).length;
  for (const tr of all("[data-grade]")) {
    const bar = one("progress", tr);
    bar.max = rows || 1;
    bar.value = tr.cells[1].textContent = s.values.filter((row) => entryOf("grades", row[s.of.grade])[0] === tr.dataset.grade).length;
  }
}

// Names stay in this tab, up to the receipt.
const people = { ...JSON.parse(sessionStorage[`gp-names:${centre}`] ?? null), ...read("gp-names") };
const isNamed = Object.keys(people).length;
for (const person of all("[data-name]")) person.textContent = people[person.dataset.name] ?? person.textContent;
if (one(".gp-receipt")) forget(sessionStorage);
else if (read("gp-names")) sessionStorage[`gp-names:${centre}`] = JSON.stringify(people);

function forget(storage) {
  for (const key of Object.keys(storage)) if (key.startsWith("gp-")) delete storage[key];
}

function meet(s, r) {
  const tr = isNamed && s.rows?.[r];
  if (!tr) return;
  const name = people[s.values[r][s.of.candidate_number]] ?? "";
  let shown = one("[data-name]", tr);
  if (name && !shown) {
    tr.cells[0].append(" ", (shown = personName.cloneNode()));
    s.section.classList.add("gp-sheet--named");
  }
  if (shown) shown.textContent = name;
}

let mine = (unsaved && sessionStorage["gp-draft"]) || `gp-draft:${Date.now()}`;
let isKept = data && mine === sessionStorage["gp-draft"];
let offered;

function content() {
  return each((s) => {
    const rows = s.values.slice(0, 1 + (filled(s).at(-1) ?? -1));
    return [[s.list, s.columns.map(({ property, label }) => [property, label]), rows]];
  });
}

function save() {
  if (!form || !unsaved || !single() || localStorage["gp-shared"]) return;
  const draft = { at: Date.now(), centre, form: data.form, component: subject(), sheets: content() };
  try {
    sessionStorage["gp-draft"] = mine;
    localStorage[mine] = JSON.stringify(draft);
    isKept = true;
  } catch {
    tell("draft_full");
  }
}

function stored() {
  return Object.keys(localStorage)
    .filter((key) => key.startsWith("gp-draft:"))
    .map((key) => ({ key, ...JSON.parse(localStorage[key]) }));
}

function offer() {
  const component = subject();
  const now = JSON.stringify(content());
  [offered] = stored()
    .filter((draft) => draft.at > Date.now() - 2592e6 || !delete localStorage[draft.key])
    .filter((draft) => draft.form === data.form && [centre, ""].includes(draft.centre))
    .filter((draft) => (!component || draft.component === component) && JSON.stringify(draft.sheets) !== now)
    .sort((one, other) => other.at - one.at);
  one(".gp-offer").hidden = !offered;
  if (!offered) return;
  const rows = counted("row", Math.max(...offered.sheets.map((sheet) => sheet[2].length)));
  put("offer", words("draft_offer", { at: new Date(offered.at).toLocaleString("en-GB"), what: `${offered.component} ${rows}` }));
}

function openDraft() {
  const gone = new Set();
  const parts = offered.sheets.flatMap(([list, columns, rows]) => {
    const s = sheets.get(list);
    const to = columns.map(([property]) => s?.of[property]);
    rows.forEach((row) => row.forEach((text, i) => text && to[i] === undefined && gone.add(columns[i][1])));
    if (s?.rows) grow(s, rows.length);
    const cells = s?.values.flatMap((row, r) =>
      row.flatMap((before, c) => [placeOf(r, c), before, rows[r]?.[to.indexOf(c)] ?? s.columns[c].empty]),
    );
    return s ? [[s, cells]] : [];
  });
  mine = offered.key;
  bulk(...parts);
  tell(gone.size ? "draft_gone" : "draft_opened", { fields: [...gone].join(", ") });
  one(".gp-offer").hidden = true;
}

let asking;
let isWaiting;
const isHome = data?.check[0] === "/";

function fieldsOf() {
  make(-1);
  const hidden = all("[type=hidden]", form).map(({ name, value }) => [name, value, {}]);
  const shown = each((s) =>
    filled(s).flatMap((r) => s.columns.map((column, c) => [at(s, r, c).name, s.values[r][c], column])),
  );
  return [...hidden, ...shown].filter(([name, text]) => name[0] !== "_" && text);
}

async function ask() {
  if (!centre || !isHome) return;
  asking = new AbortController();
  const body = new URLSearchParams(fieldsOf().map((field) => field.slice(0, 2)));
  let report;
  try {
    const answer = await fetch(data.check, { method: "POST", headers: { accept: "application/json" }, body, signal: asking.signal });
    if (answer.status === 401) tell("signed_out");
    report = answer.ok && (await answer.json());
  } catch {
    if (!asking.signal.aborted) tell("lost");
  }
  if (report) hear(report);
}

function hear({ findings, entries }) {
  each((s) => (s.sent = filled(s)) && s.live.clear());
  for (const { pointer, path, severity, message } of findings) {
    const [list, row, ...rest] = pointer.slice(1).split("/");
    const s = sheets.get(list) ?? single();
    const r = s.rows ? s.sent[row] : 0;
    const c = s.columns.findIndex(({ property }) => property.startsWith(s.rows ? rest.join(".") : list));
    if (severity === "error" && path.endsWith(`${data.form}.json`)) s.live.set(placeOf(r, c), message);
  }
  checkSoon();
  Object.assign(byId("gp-entries") ?? {}, { textContent: entries?.sentence });
}

async function send(event) {
  const { target, submitter } = event;
  if (isWaiting > 1 || !isHome || target !== guarded) return (unsaved = false);
  event.preventDefault();
  if (isWaiting) return;
  isWaiting = 1;
  tell("sending");
  const action = submitter?.getAttribute("formaction") ?? target.getAttribute("action");
  const isLast = action.includes("/submit/");
  const body = isLast && new URLSearchParams(new FormData(target));
  while (isWaiting) {
    try {
      const { status, url } = await fetch(isLast ? action : "/healthz", isLast ? { method: "POST", body } : {});
      if (url.includes("/receipts/")) return arrive(url);
      if (/404|405|501/.test(status)) return alone();
      break;
    } catch {
      tell("lost");
      await new Promise((next) => setTimeout(next, 3000));
    }
  }
  if (!isWaiting) return tell("stopped");
  save();
  isWaiting = 2;
  unsaved = false;
  target.requestSubmit(submitter);
  isWaiting = false;
}

function arrive(receipt) {
  const sent = stored().find(({ key }) => key === mine);
  for (const { key, form, component } of stored()) if (form === sent?.form && component === sent.component) delete localStorage[key];
  forget(sessionStorage);
  unsaved = false;
  location.assign(receipt);
}

function alone() {
  isWaiting = false;
  tell("no_gateway");
  button("save").hidden = false;
}

function saveFile() {
  const made = {};
  const zone = { timeZone: data.zone, timeZoneName: "longOffset" };
  fieldsOf().forEach(([name, text, { widget, list }], n) => {
    const steps = name.split(".");
    let value = text === "true" || (list && entryOf(list, text)[0]) || text;
    if (widget === "number") value = +text;
    if (widget === "instant") value += `:00${new Date(text).toLocaleString("en", zone).split("GMT")[1] || "+00:00"}`;
    if (widget === "checks") steps.push(n);
    steps.reduce((into, step, i) => (into[step] ??= i + 1 === steps.length ? value : steps[i + 1] >= 0 ? [] : {}), made);
  });
  const href = URL.createObjectURL(new Blob([JSON.stringify(made, (_, value) => value?.flat?.() ?? value, 2)]));
  const download = `${subject() || centre}.${data.form}.json`;
  Object.assign(document.createElement("a"), { href, download }).click();
}

const acts = {
  undo: () => turn(done, undone, 2, 1, "undone"),
  redo: () => turn(undone, done, 1, 2, "redone"),
  filter: () => (button("filter").ariaPressed = !isFiltered()),
  next() {
    const wrongs = all("[aria-invalid]", form);
    (wrongs[wrongs.indexOf(acts.last) + 1] ?? wrongs[0]).focus();
    acts.last = document.activeElement;
  },
  save: saveFile,
  open: openDraft,
  drop() {
    delete localStorage[offered.key];
    offer();
  },
  shared() {
    if (!button("shared").checked) return delete localStorage["gp-shared"];
    forget(localStorage);
    localStorage["gp-shared"] = "yes";
    offer();
    tell("shared");
  },
};

const listen = (kind, work) => form.addEventListener(kind, (event) => ready() ?? work(event, ...place(event.target)));

if (form) {
  one("[data-row='9']", form)?.closest(".gp-sheet").before(tools);
  form.before(drafts);
  foot.append(byId("gp-entries") ?? "");
  form.append(foot);
  listen("input", ({ target }, s, r, c) => {
    if (!s) return;
    typing = target.list ?? 0;
    isBulk = false;
    s.values[r][c] = textOf(target);
    changed();
  });
  listen("change", ({ target }, s, r, c) => {
    if (!s) return;
    set(s, r, c, s.rows ? meant(s.columns[c], textOf(target)) : textOf(target));
  });
  listen("focusout", checkSoon);
  listen("pointerdown", () => (isDown = true));
  addEventListener("pointerup", () => (isDown = false));
  listen("focusin", () => (typing = 0));
  listen("keydown", keydown);
  listen("paste", paste);
  listen("click", (event) => {
    const { name, value } = event.target;
    if (name === "_remove_row") event.target.type = "submit";
    if (name !== "_add_rows") return;
    const s = sheets.get(value);
    event.preventDefault();
    grow(s, s.rows.length + 10);
    tell("added");
  });
  (window.requestIdleCallback ?? setTimeout)(() => {
    ready();
    button("shared").checked = localStorage["gp-shared"];
    if (unsaved) save();
    else offer();
    if (!centre && isHome) fetch("/healthz").then(({ ok }) => ok || alone());
  });
} else guarded?.append(foot ?? "");

guarded?.addEventListener("input", () => (unsaved = true));
if (guarded) document.addEventListener("submit", send);
document.addEventListener("click", ({ target }) => acts[target.dataset.act]?.());
addEventListener("beforeunload", (event) => {
  save();
  if (unsaved && !isKept) event.preventDefault();
});
