// Fields made of fields: groups, rows that are added and copied, values by name.

import { make, prose } from "../dom.js";
import { say } from "../text.js";
import { isBlank } from "./check.js";
import { helpButton, leaf } from "./fields.js";
import { isPoint, pointField } from "./groups_point.js";
import { STARTED } from "./program.js";
import { choicesOf, helpOf, isLeaf, kind, titleOf, unitOf } from "./schema.js";

const ALWAYS_SHOWN = 4;
const MOST_NAMED = 4;
const SHORT_HELP = 100;

/** The element of any schema: one control or a group of them. */
export function part(form, schema, path, { name, required = false, siblings = {}, titled = true } = {}) {
  if (isLeaf(schema)) return leaf(form, schema, path, { name, required, siblings });
  const makers = { group, rows, shares: named, named, line };
  return makers[kind(schema)](form, schema, path, { name, required, titled });
}

/** The fields of an object: the first ones, then the others under « Préciser ». */
export function fieldsOf(form, schema, path) {
  const names = Object.keys(schema.properties);
  const point = isPoint(schema);
  const isRequired = (name) => schema.required?.includes(name) ?? false;
  const asked = names.filter((name) => !point || !["longitude", "latitude"].includes(name));
  const short = asked.length <= ALWAYS_SHOWN;
  const early = asked.filter((name, index) => short || isRequired(name) || (index < ALWAYS_SHOWN && isLeaf(schema.properties[name]) && kind(schema.properties[name]) !== "date"));
  const late = asked.filter((name) => !early.includes(name));
  const build = (name) => part(form, schema.properties[name], [...path, name], { name, required: isRequired(name), siblings: schema.properties });
  const more = late.length ? make("details", { class: "refine" }, make("summary", {}, say("Refine: {fields}", { fields: someOf(late.map((name) => titleOf(schema.properties[name], name).toLowerCase())) }))) : null;
  if (more) {
    const fill = () => more.childElementCount === 1 && more.append(make("div", { class: "fields" }, late.map(build)));
    more.addEventListener("toggle", fill);
    form.onReveal(path, late, () => {
      fill();
      more.open = true;
    });
    if (late.some((name) => !isBlank(form.get([...path, name])))) {
      fill();
      more.open = true;
    }
  }
  return [make("div", { class: "fields" }, early.map(build), point ? pointField(form, schema, path) : null), more];
}

function someOf(titles) {
  return titles.length > MOST_NAMED ? `${titles.slice(0, MOST_NAMED).join(", ")}…` : titles.join(", ");
}

/** The legend of a group and what it means: a short sentence under it, a long one behind « ? ». */
function head(form, title, words, { toggle = null, hidden = false } = {}) {
  const long = words.length > SHORT_HELP || words.includes("`");
  const help = long ? helpButton(form.id(), title, words) : { button: null, text: words ? make("p", { class: "hint" }, prose(words)) : null };
  const name = toggle ? make("label", {}, toggle, ` ${title}`) : make("span", { class: hidden ? "visually-hidden" : null }, title);
  return [make("legend", {}, name), help.button, help.text];
}

function group(form, schema, path, { name, titled }) {
  const title = titleOf(schema, name);
  if (!schema.nullable) {
    return make("fieldset", { class: "group", "data-path": path.join(".") }, head(form, title, helpOf(schema), { hidden: !titled }), fieldsOf(form, schema, path));
  }
  const inside = make("div", { class: "inside" });
  const toggle = make("input", { type: "checkbox" });
  const isOn = () => form.get(path) !== undefined && form.get(path) !== null;
  const show = () => {
    toggle.checked = isOn();
    inside.replaceChildren(...(toggle.checked ? fieldsOf(form, schema, path).filter(Boolean) : []));
  };
  toggle.addEventListener("change", () => {
    form.set(path, toggle.checked ? {} : undefined, title);
    show();
    form.settle();
  });
  const box = make("fieldset", { class: "group", "data-path": path.join(".") }, head(form, title, helpOf(schema), { toggle }), inside);
  form.register(path, { path, element: box, title, refresh: () => toggle.checked !== isOn() && show(), focus: () => toggle.focus() });
  form.onReveal(path, Object.keys(schema.properties), () => !toggle.checked && toggle.click());
  show();
  return box;
}

function rows(form, schema, path, { name, required, titled }) {
  const title = titleOf(schema, name);
  const list = make("div", { class: "rows" });
  const all = () => form.get(path) ?? [];
  const shown = () => (all().length || !(required || STARTED.includes(path.join("."))) ? all() : [{}]);
  const write = (next, label) => {
    form.set(path, next.length ? next : undefined, label);
    draw();
  };
  const draw = () => {
    form.forget(path);
    list.replaceChildren(...shown().map((_, index) => row(index)));
  };
  const row = (index) => {
    const label = say("{title}, row {number}", { title, number: index + 1 });
    const copy = () => {
      write([...all().slice(0, index + 1), structuredClone(all()[index] ?? {}), ...all().slice(index + 1)], say("Row copied"));
      focusOn(index + 1);
    };
    const drop = () => {
      write(all().filter((_, each) => each !== index), say("Row removed"));
      add.focus();
    };
    return make(
      "fieldset",
      { class: "row" },
      make("legend", {}, label),
      ...fieldsOf(form, schema.items, [...path, index]).filter(Boolean),
      make(
        "div",
        { class: "row-actions" },
        make("button", { type: "button", class: "link", onclick: copy, "aria-label": `${say("Copy the row")} (${label})` }, say("Copy the row")),
        make("button", { type: "button", class: "link", onclick: drop, "aria-label": `${say("Remove")} (${label})` }, say("Remove")),
      ),
    );
  };
  const focusOn = (index) => list.children[index]?.querySelector("input, select")?.focus();
  const add = make("button", { type: "button", class: "add" }, say("+ Add: {title}", { title: title.toLowerCase() }));
  add.addEventListener("click", () => {
    const index = shown().length;
    write([...(all().length ? all() : shown()), {}], say("Row added"));
    focusOn(index);
  });
  const problem = make("p", { class: "problem", hidden: true });
  const refresh = () => {
    if (list.childElementCount !== shown().length) draw();
    list.classList.toggle("blank", all().length === 0);
  };
  const box = make("fieldset", { class: "group", "data-path": path.join(".") }, head(form, title, helpOf(schema, schema.items.properties), { hidden: !titled }), list, add, problem);
  form.register(path, { path, element: box, title, refresh, complain: said(problem, form, path, title), focus: () => (focusOn(0), list.childElementCount || add.focus()) });
  refresh();
  return box;
}

/** A line on the map; the map is loaded when it is opened. */
function line(form, schema, path, { name }) {
  const title = titleOf(schema, name);
  const inside = make("div", {});
  let input = null;
  const box = make("details", { class: "refine", "data-path": path.join(".") }, make("summary", {}, say("Draw the trip on the map")), make("p", { class: "hint" }, say("The line stays in this browser; the server forgets it once the answer is given.")), inside);
  const open = async () => {
    if (input || !box.open) return;
    const { placeInput } = await import("./run_place.js");
    input ??= placeInput(inside, { lines: true, required: false, onChange: () => {
      const drawn = input.geometry();
      if (JSON.stringify(drawn) !== JSON.stringify(form.get(path) ?? null)) form.set(path, drawn ?? undefined, title);
    } });
    input.set(form.get(path) ?? null);
  };
  box.addEventListener("toggle", open);
  box.open = Boolean(form.get(path));
  form.register(path, { path, element: box, title, complain: (found) => input?.showProblem({ where: "geometry", detail: found?.message ?? "" }), focus: () => box.firstChild.focus() });
  return box;
}

/** Values by name: shares or areas by class, factors by identifier. */
function named(form, schema, path, { name }) {
  const title = titleOf(schema, name);
  const words = choicesOf(schema);
  const unit = unitOf(schema);
  const inner = { ...schema.additionalProperties, ...(schema["x-unit"] ? { "x-unit": schema["x-unit"] } : {}) };
  const list = make("div", { class: "rows" });
  const total = make("p", { class: "total", "aria-live": "polite" });
  const all = () => form.get(path) ?? {};
  let shown = [];
  const draw = () => {
    form.forget(path);
    shown = [...new Set([...shown, ...Object.keys(all())])];
    list.replaceChildren(...shown.map(entry));
    offer();
  };
  const entry = (key) => {
    const label = words[key] ?? key;
    const drop = () => {
      shown = shown.filter((each) => each !== key);
      const left = Object.fromEntries(Object.entries(all()).filter(([each]) => each !== key));
      form.set(path, Object.keys(left).length ? left : undefined, title);
      draw();
      choose.focus();
    };
    return make("div", { class: "entry" }, part(form, { ...inner, title: label, "x-title-fr": label }, [...path, key], { name: label }), make("button", { type: "button", class: "link", onclick: drop, "aria-label": `${say("Remove")} (${label})` }, say("Remove")));
  };
  const id = form.id();
  const closed = Object.keys(words).length > 0;
  const choose = closed ? make("select", { id }) : make("input", { id, type: "text", autocomplete: "off" });
  const offer = () => {
    if (!closed) return;
    const left = Object.entries(words).filter(([key]) => !shown.includes(key));
    choose.replaceChildren(make("option", { value: "" }, say("Add to: {title}", { title: title.toLowerCase() })), ...left.map(([key, text]) => make("option", { value: key }, text)));
  };
  const add = () => {
    const key = choose.value.trim();
    if (!key || shown.includes(key)) return;
    shown.push(key);
    if (inner.properties) form.set([...path, key], {}, title);
    choose.value = "";
    draw();
    list.lastElementChild.querySelector("input")?.focus();
  };
  choose.addEventListener(closed ? "change" : "keydown", (event) => {
    if (closed) add();
    else if (event.key === "Enter") {
      event.preventDefault();
      add();
    }
  });
  const problem = make("p", { class: "problem", hidden: true });
  const adding = make("div", { class: "adding" }, make("label", { for: id, class: closed ? "visually-hidden" : null }, say("Add to: {title}", { title: title.toLowerCase() })), choose, closed ? null : make("button", { type: "button", onclick: add }, say("Add")));
  const box = make("fieldset", { class: "group", "data-path": path.join(".") }, head(form, unit ? `${title} (${unit})` : title, helpOf(schema)), list, adding, total, problem);
  form.register(path, {
    path,
    element: box,
    title,
    total,
    refresh: () => Object.keys(all()).some((key) => !shown.includes(key)) && draw(),
    complain: said(problem, form, path, title),
    focus: () => choose.focus(),
  });
  draw();
  return box;
}

/** How a group shows the problem of all its values together. */
function said(problem, form, path, title) {
  let shown = null;
  return (found) => {
    const known = found ? found.message + (found.fix?.label ?? "") : null;
    if (known === shown) return;
    shown = known;
    problem.hidden = !found;
    problem.className = `problem ${found?.level ?? "error"}`;
    if (!found) return problem.replaceChildren();
    const apply = () => (found.fix.apply ? found.fix.apply() : form.set(path, found.fix.value, title));
    problem.replaceChildren(make("span", {}, found.level === "warning" ? say("Check:") : say("Correct:")), ` ${found.message} `, found.fix ? make("button", { type: "button", class: "fix", onclick: apply }, found.fix.label) : "");
  };
}
