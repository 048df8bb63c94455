// The form of a process, made from its published inputs: sections, what is filled and what stands by default, problems.

import { make } from "../dom.js";
import { say } from "../text.js";
import { check, cleaned, isBlank } from "./check.js";
import { count, sum } from "./form_count.js";
import { warnings } from "./form_warnings.js";
import { part } from "./groups.js";
import { callInputs, sentence } from "./numbers.js";
import { askedInputs, sectionsFor } from "./program.js";
import { asObject, isLeaf, namesOf, schemaAt } from "./schema.js";

let forms = 0;

/** The style of the forms comes with them. */
function addStyle() {
  const href = new URL("../../css/form.css", import.meta.url).href;
  if ([...document.styleSheets].some((sheet) => sheet.href === href) || document.querySelector(`link[href="${href}"]`)) return;
  document.head.append(make("link", { rel: "stylesheet", href }));
}

/**
 * Draw the form of a process.
 * @param {HTMLElement} element Where; emptied first.
 * @param {object} description `/processes/{id}?f=json` in the language of the page.
 * @param {object} options
 * @param {object} [options.values] Inputs that the user set; a key that is absent is a default.
 * @param {(values: object, state: { label: string, valid: boolean, filled: number, defaults: number }) => void} [options.onChange] Called at each change.
 * @param {{ title: string, names: string[], open: boolean }[]} [options.sections] Order of the inputs.
 * @param {number|null} [options.areaHa] Area of the place.
 * @param {() => Promise<[number, number]|null>} [options.pickPoint] Lets the user pick a point on the map.
 * @returns {{ values: () => object, state: () => object, problems: () => object[], update: (values: object) => void, setArea: (ha: number|null) => void, showAll: () => boolean, showProblem: (problem: object) => boolean, focus: (path: string) => boolean }}
 */
export function renderForm(element, description, { values = {}, onChange = () => {}, sections, areaHa = null, pickPoint = null } = {}) {
  addStyle();
  callInputs(namesOf(description));
  const schema = asObject(description);
  const shownSections = sections ?? sectionsFor(askedInputs(description));
  const names = shownSections.flatMap((section) => section.names);
  const prefix = `form-${(forms += 1)}`;
  const fields = new Map();
  const drafts = new Map();
  const touched = new Set();
  const converted = new Map();
  const reveals = [];
  let typed = structuredClone(values);
  let refused = null;
  let everything = false;
  let ids = 0;
  let area = areaHa;

  const key = (path) => path.join(".");
  const at = (path) => path.reduce((found, step) => found?.[step], typed);
  const context = {
    pickPoint,
    id: () => `${prefix}-${(ids += 1)}`,
    get: at,
    isUnset: (path) => at(path) === undefined || at(path) === null,
    drafted: (path) => drafts.has(key(path)),
    draft: (path, message) => (message ? drafts.set(key(path), message) : drafts.delete(key(path))),
    touch: (path) => touched.add(key(path)),
    typed: (path, found) => (found?.converted ? converted.set(key(path), found) : converted.delete(key(path))),
    register: (path, field) => fields.set(key(path), field),
    onReveal: (path, inside, open) => reveals.push({ start: key(path), inside, open }),
    settle: () => settle(),
    forget: (path) => forget(`${key(path)}.`),
    set(path, value, label) {
      write(path, value);
      refused = null;
      for (let length = 1; length <= path.length; length += 1) fields.get(key(path.slice(0, length)))?.refresh?.();
      for (const [inside, field] of [...fields]) if (inside.startsWith(`${key(path)}.`)) field.refresh?.();
      settle();
      onChange(inputs(), { label, ...state() });
    },
  };

  function forget(start) {
    for (const known of [fields, drafts, converted]) for (const each of [...known.keys()]) if (each.startsWith(start)) known.delete(each);
    for (const each of [...touched]) if (each.startsWith(start)) touched.delete(each);
  }

  function write(path, value) {
    let holder = typed;
    for (const [index, step] of path.slice(0, -1).entries()) {
      holder[step] ??= typeof path[index + 1] === "number" ? [] : {};
      holder = holder[step];
    }
    if (value === undefined) delete holder[path.at(-1)];
    else holder[path.at(-1)] = value;
  }

  const inputs = () => cleaned(schema, typed) ?? {};
  const counted = (only) => sum(only.map((name) => count(schema.properties[name], typed[name])));
  const asking = () => names.filter((name) => !shownSections.some((section) => section.names.includes(name) && section.names.includes("confidence")));

  function found() {
    const inside = { ...schema, properties: Object.fromEntries(names.map((name) => [name, schema.properties[name]])), required: (schema.required ?? []).filter((name) => names.includes(name)) };
    const unread = [...drafts.entries()].map(([path, message]) => ({ path: path.split("."), title: fields.get(path)?.title ?? "", message }));
    const checked = check(inside, typed).filter(({ path }) => !drafts.has(key(path)));
    const unlikely = warnings(typed, area, converted).filter(({ path }) => names.includes(path[0]) && !checked.some((each) => key(each.path) === key(path)));
    return [...unread, ...checked, ...unlikely.map((each) => ({ ...each, fix: each.fix && fixed(each) })), ...(refused ? [refused] : [])];
  }

  function fixed({ path, fix, title }) {
    if (!fix.set) return fix;
    return { ...fix, apply: () => fix.set.forEach(([where, value]) => context.set(where, value, title || key(path))) };
  }

  const isError = ({ level }) => level === undefined || level === "error";
  const state = () => ({ valid: !found().some((problem) => isError(problem) && problem !== refused), ...counted(asking()) });

  /** Show each problem beside its field, the counts and the summary. */
  function settle() {
    const problems = found();
    for (const [path, field] of fields) {
      const own = problems.find((problem) => key(problem.path) === path && (!problem.missing || everything || (touched.has(path) && problem !== refused)));
      field.complain?.(own ?? null);
      if (field.total) writeTotal(field, at(path === "" ? [] : path.split(".")));
    }
    writeSummary(problems.filter((problem) => isError(problem) && (everything || !problem.missing)));
    writeCounts();
  }

  const summary = make("div", { class: "form-summary", tabindex: -1, hidden: true });
  const counter = make("p", { class: "form-count", role: "status" });
  const badges = new Map();

  function writeSummary(problems) {
    const fewer = !everything && !refused && problems.length < 2;
    summary.hidden = fewer || !problems.length;
    if (summary.hidden) return;
    const items = problems.map((problem) => make("li", {}, make("a", { href: `#${fields.get(key(problem.path))?.id ?? ""}`, onclick: (event) => (event.preventDefault(), focus(key(problem.path))) }, problem.title || say("The whole form")), ` · ${sentence(problem.message)}`));
    const next = [make("p", {}, make("strong", {}, problems.length === 1 ? say("One field to correct") : say("{count} fields to correct", { count: problems.length }))), make("ul", {}, items)];
    if (summary.textContent !== next.map((each) => each.textContent).join("")) summary.replaceChildren(...next);
  }

  function writeCounts() {
    const { filled, defaults } = counted(asking());
    const words = [filled === 1 ? say("1 input") : say("{count} inputs", { count: filled }), defaults === 1 ? say("1 default value") : say("{count} default values", { count: defaults })].join(" · ");
    if (counter.textContent !== words) counter.textContent = words;
    for (const [section, badge] of badges) {
      const own = counted(section.names).filled;
      badge.textContent = own ? (own === 1 ? say("1 input") : say("{count} inputs", { count: own })) : "";
    }
  }

  /** Open what hides a field and put the cursor in it. */
  function focus(path) {
    for (const { start, inside, open } of reveals) {
      const rest = start === "" ? path : path.startsWith(`${start}.`) ? path.slice(start.length + 1) : null;
      if (rest && inside.includes(rest.split(".")[0]) && !fields.has(path)) open();
    }
    let known = path;
    while (known && !fields.has(known)) known = known.includes(".") ? known.slice(0, known.lastIndexOf(".")) : "";
    const field = fields.get(known);
    if (!field) return false;
    for (let box = field.element.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    field.focus?.();
    field.element.scrollIntoView({ block: "center" });
    return true;
  }

  function draw() {
    fields.clear();
    reveals.length = 0;
    badges.clear();
    const alone = shownSections.length <= 2;
    const boxes = shownSections.map((section) => {
      const badge = make("span", { class: "section-count" });
      badges.set(section, badge);
      const build = (name) => part(context, schema.properties[name], [name], { name, required: schema.required?.includes(name), siblings: schema.properties, titled: section.names.length > 1 });
      const inner = make("fieldset", { class: "section-fields" }, make("legend", { class: "visually-hidden" }, section.title), grouped(section.names, build));
      return make("details", { class: "form-section", name: alone ? null : `${prefix}-section`, open: section.open }, make("summary", {}, make("span", {}, section.title), badge), inner);
    });
    element.classList.add("process-form");
    element.replaceChildren(summary, counter, ...boxes);
    settle();
  }

  /** Controls that follow each other share a grid; groups take the whole width. */
  function grouped(inside, build) {
    const blocks = [];
    for (const name of inside) {
      const single = isLeaf(schema.properties[name]);
      if (!single) blocks.push(build(name));
      else if (blocks.at(-1)?.classList.contains("fields")) blocks.at(-1).append(build(name));
      else blocks.push(make("div", { class: "fields" }, build(name)));
    }
    return blocks;
  }

  draw();
  return {
    values: inputs,
    state,
    problems: found,
    focus,
    update(next) {
      if (JSON.stringify(cleaned(schema, next) ?? {}) === JSON.stringify(inputs())) return;
      typed = structuredClone(next);
      drafts.clear();
      converted.clear();
      refused = null;
      draw();
    },
    setArea(ha) {
      area = ha;
      settle();
    },
    showAll() {
      everything = true;
      settle();
      if (!summary.hidden) summary.focus();
      return state().valid;
    },
    showProblem(problem) {
      const path = pathOf(problem.where ?? "", typed, schema);
      if (!path.length || !names.includes(path[0])) return false;
      let known = path;
      while (known.length && !fields.has(key(known))) known = known.slice(0, -1);
      refused = { path: known.length ? known : path, title: fields.get(key(known))?.title ?? "", message: sentence(problem.detail ?? problem.title ?? "") };
      settle();
      return true;
    },
  };
}

/** Where the server says that something is wrong, as a path of the form: rows without anything were not sent. */
function pathOf(where, typed, schema) {
  const steps = where.replace(/^inputs\.?/, "").match(/[^.[\]]+/g) ?? [];
  const path = [];
  let value = typed;
  for (const step of steps) {
    const isRow = Array.isArray(value) && /^\d+$/.test(step);
    const index = isRow ? value.map((row, each) => [row, each]).filter(([row]) => !isBlank(row))[Number(step)]?.[1] : step;
    if (index === undefined || schemaAt(schema, [...path, index]) === undefined) break;
    path.push(index);
    value = value?.[index];
  }
  return path;
}

function writeTotal({ total }, values) {
  const sumOf = Object.values(values ?? {}).reduce((whole, each) => whole + (Number(each) || 0), 0);
  const words = Object.keys(values ?? {}).length > 1 ? say("Total: {sum}", { sum: new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 4 }).format(sumOf) }) : "";
  if (total.textContent !== words) total.textContent = words;
}
