// From a field of the file to the land after the project: a table of its values, those that are not recognised first.

import { data, make } from "../dom.js";
import { say } from "../text.js";
import { area } from "./describe.js";

/** The field most likely to tell classes: the first with a value that looks like one. */
export function likelyField(fields) {
  return fields.find(({ values }) => values.some(({ suggestion }) => suggestion))?.name ?? null;
}

/** The classes that the values of a field look like. @returns {Object<string, string>} */
export function suggested(field) {
  return Object.fromEntries((field?.values ?? []).filter(({ suggestion }) => suggestion).map(({ value, suggestion }) => [value, suggestion]));
}

/**
 * The choice of a field and the table of its values.
 * @param {object[]} fields As the server gives them.
 * @param {{ name: string|null, classes: Object<string, string> }} mapping
 * @param {(mapping: { name: string|null, classes: Object<string, string> }) => void} onChange
 */
export function renderClasses(fields, mapping, onChange) {
  const field = fields.find(({ name }) => name === mapping.name);
  const choose = make(
    "select",
    { id: "upload-field", "data-key": "upload-field", onchange: (event) => {
      const next = fields.find(({ name }) => name === event.target.value);
      onChange({ name: next?.name ?? null, classes: suggested(next) });
    } },
    make("option", { value: "" }, say("no field: I will say it part by part")),
    fields.map(({ name }) => make("option", { value: name, selected: name === mapping.name }, name)),
  );
  return make(
    "div",
    { class: "upload-classes" },
    make("div", { class: "field" }, make("label", { for: "upload-field" }, say("Which field says what each part becomes?")), choose),
    field ? unknown(field, mapping.classes) : null,
    field ? table(field, mapping, onChange) : null,
  );
}

/** What is said of the values that have no class. */
function unknown(field, classes) {
  const left = field.values.filter(({ value }) => !classes[value]);
  const sum = area(left.reduce((total, { area_ha }) => total + area_ha, 0));
  if (!left.length) return make("p", { class: "small muted", role: "status" }, say("All the values have a class."));
  const text = left.length === 1 ? say("1 value is not recognised ({area}). Until it has a class, its effect is not computed.", { area: sum }) : say("{count} values are not recognised ({area}). Until they have a class, their effect is not computed.", { count: left.length, area: sum });
  return make("p", { class: "upload-unknown", role: "status" }, text);
}

function table(field, mapping, onChange) {
  const classes = data("planner").classes.filter(({ after }) => after);
  const rows = field.values.map(({ value, count, area_ha }, index) => {
    const chosen = mapping.classes[value] ?? "";
    const swatch = make("span", { class: "swatch", "aria-hidden": "true" });
    swatch.style.background = classes.find(({ id }) => id === chosen)?.colour ?? "transparent";
    const select = make(
      "select",
      { "aria-label": say("Land after the project for “{value}”", { value: value || say("(empty)") }), "data-key": `upload-value-${index}`, onchange: (event) => {
        const next = { ...mapping.classes };
        if (event.target.value) next[value] = event.target.value;
        else delete next[value];
        onChange({ name: mapping.name, classes: next });
      } },
      make("option", { value: "" }, say("to be classified")),
      classes.map(({ id, title }) => make("option", { value: id, selected: id === chosen }, title)),
    );
    return make(
      "tr",
      { class: chosen ? null : "unmatched" },
      make("th", { scope: "row" }, value || say("(empty)"), make("span", { class: "upload-parts" }, count === 1 ? say("1 part") : say("{count} parts", { count }))),
      make("td", { class: "number" }, area(area_ha)),
      make("td", {}, make("span", { class: "after" }, swatch, select)),
    );
  });
  return make(
    "table",
    { class: "upload-table" },
    make("caption", { class: "visually-hidden" }, say("Class after the project of each value of {field}", { field: field.name })),
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, say("Value")), make("th", { scope: "col", class: "number" }, say("Area")), make("th", { scope: "col" }, say("After the project")))),
    make("tbody", {}, rows),
  );
}
