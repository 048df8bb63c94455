// One field: label with its unit, control, what stands in for it, help, and the problem beside it.

import { make, prose } from "../dom.js";
import { say } from "../text.js";
import { plainDefault, sourcedDefault } from "./defaults.js";
import { asPercent, readNumber, writeNumber } from "./fields_number.js";
import { choicesOf, defaultOf, hasDefault, helpOf, isShare, kind, titleOf, unitOf } from "./schema.js";

const MOST_BUTTONS = 4;
const FEW_LETTERS = 30;

/**
 * @typedef {object} FormContext What a field needs of the form it is in.
 * @property {(path: Array<string|number>) => unknown} get
 * @property {(path: Array<string|number>, value: unknown, label: string) => void} set
 * @property {(path: Array<string|number>, field: object) => void} register
 * @property {(path: Array<string|number>, message: string|null) => void} draft A text that could not be read.
 * @property {(path: Array<string|number>) => void} touch
 * @property {() => string} id
 */

/** A field of one control. @returns {HTMLElement} */
export function leaf(form, schema, path, { name, required = false, siblings = {} }) {
  const id = form.id();
  const title = titleOf(schema, name);
  const unit = unitOf(schema);
  const grouped = isGrouped(schema);
  const tag = make("span", { class: required ? "required" : "default-tag" }, required ? say("required") : say("by default"));
  const unitInLabel = unit ? make("span", { class: "visually-hidden" }, ` (${unit})`) : null;
  const words = [title, unitInLabel, required ? make("span", { class: "visually-hidden" }, ` (${say("required")})`) : null];
  const problem = make("p", { class: "problem", id: `${id}-problem`, hidden: true });
  const note = make("p", { class: "default-note", id: `${id}-note`, hidden: true });
  const help = helpButton(id, title, helpOf(schema, siblings));
  const field = { id, title, path, element: null, problem, shown: null };
  const set = (value) => {
    form.touch(path);
    form.draft(path, null);
    form.set(path, value, title);
  };
  const control = controlOf(form, schema, { id, path, title, unit, set, note });
  const label = grouped ? make("legend", {}, words) : make("label", { for: id }, words);
  const head = make("div", { class: "field-head" }, grouped ? null : label, help.button, tag);
  field.element = make(grouped ? "fieldset" : "div", { class: `field kind-${kind(schema)}`, "data-path": path.join(".") }, grouped ? label : null, head, help.text, make("div", { class: "control" }, control.element, unit && !grouped ? make("span", { class: "unit", "aria-hidden": "true" }, unit) : null, control.echo), note, problem);
  field.refresh = () => {
    const value = form.get(path);
    const isSet = value !== undefined && value !== null;
    control.show(value);
    const standsIn = !isSet && !form.drafted(path) && hasDefault(schema);
    field.element.classList.toggle("is-default", standsIn);
    tag.hidden = required ? isSet : !standsIn;
    describe(form, schema, { note, control, isSet, back: () => (set(undefined), control.focus()) });
  };
  field.complain = (found) => complain(field, control, found, set);
  field.focus = () => control.focus();
  form.register(path, field);
  field.refresh();
  return field.element;
}

function isGrouped(schema) {
  return kind(schema) === "yes-no" || kind(schema) === "choices" || (kind(schema) === "choice" && hasButtons(schema));
}

function hasButtons(schema) {
  const words = Object.values(choicesOf(schema));
  return words.length > 0 && words.length <= MOST_BUTTONS && words.join("").length <= FEW_LETTERS;
}

/** A « ? » that opens the meaning of a field under its label; Escape closes it. */
export function helpButton(id, title, words) {
  if (!words) return { button: null, text: null };
  const text = make("p", { class: "field-help", id: `${id}-help`, hidden: true }, prose(words));
  const button = make("button", { type: "button", class: "help", "aria-expanded": "false", "aria-controls": `${id}-help`, "aria-label": say("Help: {title}", { title }) }, "?");
  const open = (on) => {
    text.hidden = !on;
    button.setAttribute("aria-expanded", String(on));
  };
  button.addEventListener("click", () => open(text.hidden));
  button.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || text.hidden) return;
    event.stopPropagation();
    open(false);
  });
  return { button, text };
}

/** The line under a field: what stands in for it, or the way back to it. */
function describe(form, schema, { note, control, isSet, back }) {
  if (isSet) {
    note.replaceChildren(make("button", { type: "button", class: "link", onclick: back }, say("I do not know: back to the default")));
    note.hidden = !hasDefault(schema);
    return;
  }
  const write = (found) => {
    note.hidden = !found;
    note.replaceChildren();
    if (!found) return;
    const source = found.source ? `, ${say("from {source}", { source: found.source })}` : "";
    note.replaceChildren(say("By default: {value}", { value: found.text }), found.href ? make("a", { href: found.href, target: "_blank", rel: "noopener" }, source.slice(2)) : source);
    if (found.href) note.firstChild.after(", ");
    control.standIn(found);
  };
  const plain = plainDefault(schema);
  write(null);
  if (plain) control.standIn(plain);
  if (schema["x-default"]?.includes(".")) sourcedDefault(schema).then((found) => found && form.isUnset(control.path) && write(found));
}

function complain(field, control, found, set) {
  const known = found ? JSON.stringify([found.message, found.fix ?? null]) : null;
  if (known === field.shown) return;
  field.shown = known;
  field.problem.hidden = !found;
  field.problem.className = `problem ${found?.level ?? "error"}`;
  field.problem.replaceChildren();
  for (const input of control.inputs()) {
    input.toggleAttribute("aria-invalid", false);
    if (found && found.level !== "warning") input.setAttribute("aria-invalid", "true");
  }
  if (!found) return;
  field.problem.append(make("span", {}, found.level === "warning" ? say("Check:") : say("Correct:")), ` ${found.message} `);
  if (found.fix) field.problem.append(make("button", { type: "button", class: "fix", onclick: () => (found.fix.apply ? found.fix.apply() : set(found.fix.value)) }, found.fix.label));
}

function controlOf(form, schema, given) {
  const makers = { number: numberControl, choice: hasButtons(schema) ? buttonsControl : listControl, "yes-no": yesNoControl, choices: checksControl, date: textControl, text: textControl };
  const control = makers[kind(schema)](form, schema, given);
  return { echo: null, standIn: () => {}, inputs: () => [control.element], focus: () => control.element.focus(), path: given.path, ...control };
}

function described(id) {
  return { "aria-describedby": `${id}-note ${id}-problem` };
}

function numberControl(form, schema, { id, path, set }) {
  const echo = make("span", { class: "echo", "aria-live": "polite" });
  const input = make("input", { id, type: "text", inputmode: "decimal", autocomplete: "off", class: "figure", ...described(id) });
  const read = () => {
    const found = readNumber(input.value, schema);
    if (found?.problem) {
      form.touch(path);
      form.draft(path, found.problem);
      form.set(path, undefined, titleOf(schema, ""));
    } else {
      form.typed(path, found);
      set(found?.value);
    }
  };
  input.addEventListener("input", read);
  input.addEventListener("change", () => {
    const value = form.get(path);
    if (value !== undefined) input.value = writeNumber(value, schema);
  });
  return {
    element: input,
    echo,
    show(value) {
      const shown = readNumber(input.value, schema)?.value;
      if (shown !== value && !form.drafted(path)) input.value = value === undefined || value === null ? "" : writeNumber(value, schema);
      echo.textContent = isShare(schema) && typeof value === "number" ? `= ${asPercent(value)}` : "";
    },
    standIn({ value }) {
      input.placeholder = value === undefined ? "" : writeNumber(value, schema);
    },
  };
}

function textControl(form, schema, { id, set }) {
  const input = make("input", { id, type: kind(schema) === "date" ? "date" : "text", autocomplete: "off", maxlength: schema.maxLength, ...described(id) });
  const read = () => set(input.value === "" ? undefined : integerIfAsked(schema, input.value));
  input.addEventListener("input", read);
  return {
    element: input,
    show(value) {
      if (String(value ?? "") !== input.value.trim()) input.value = value ?? "";
    },
    standIn({ text }) {
      input.placeholder = text;
    },
  };
}

/** A text that may be a number too: the number when it is one. */
function integerIfAsked(schema, text) {
  const mayBeNumber = schema.anyOf?.some(({ type }) => type === "integer");
  return mayBeNumber && /^\d+$/.test(text.trim()) ? Number(text) : text;
}

function listControl(form, schema, { id, set }) {
  const fallback = defaultOf(schema);
  const unknown = fallback === undefined ? make("option", { value: "" }, schema.nullable || schema["x-default"] ? say("I do not know") : say("Choose…")) : null;
  const titled = ([value, title]) => make("option", { value }, value === fallback ? say("{value} (default)", { value: title }) : title);
  const select = make("select", { id, ...described(id) }, unknown, Object.entries(choicesOf(schema)).map(titled));
  select.addEventListener("change", () => set(select.value === "" ? undefined : select.value));
  return {
    element: select,
    show(value) {
      if (value !== undefined && value !== null && ![...select.options].some((option) => option.value === String(value))) select.append(make("option", { value }, value));
      select.value = value ?? fallback ?? "";
    },
  };
}

function buttonsControl(form, schema, given) {
  const entries = Object.entries(choicesOf(schema));
  return radios(schema, given, entries, (text) => text);
}

function yesNoControl(form, schema, given) {
  return radios(schema, given, [["true", say("yes")], ["false", say("no")]], (text) => text === "true");
}

/** Choices side by side; the default is the one that is chosen, until another or the same one is clicked. */
function radios(schema, { id, set }, entries, read) {
  const inputs = entries.map(([value], index) => make("input", { type: "radio", name: id, id: index ? `${id}-${index}` : id, value, ...described(id) }));
  const fallback = defaultOf(schema);
  for (const input of inputs) input.addEventListener("click", () => set(read(input.value)));
  return {
    element: make("div", { class: "choices" }, entries.map(([, title], index) => make("label", { class: "choice" }, inputs[index], make("span", {}, title)))),
    inputs: () => inputs,
    focus: () => (inputs.find(({ checked }) => checked) ?? inputs[0]).focus(),
    show(value) {
      for (const input of inputs) input.checked = input.value === String(value ?? fallback);
    },
  };
}

function checksControl(form, schema, { id, path, set }) {
  const inputs = Object.keys(choicesOf(schema)).map((value, index) => make("input", { type: "checkbox", id: index ? `${id}-${index}` : id, value, ...described(id) }));
  for (const input of inputs) {
    input.addEventListener("change", () => {
      const chosen = inputs.filter(({ checked }) => checked).map(({ value }) => value);
      set(chosen.length ? chosen : undefined);
    });
  }
  return {
    element: make("div", { class: "choices" }, Object.values(choicesOf(schema)).map((title, index) => make("label", { class: "choice" }, inputs[index], make("span", {}, title)))),
    inputs: () => inputs,
    focus: () => inputs[0].focus(),
    show() {
      const value = form.get(path) ?? [];
      for (const input of inputs) input.checked = value.includes(input.value);
    },
  };
}
