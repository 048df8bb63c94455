// What the author writes in the report: the cover, the measures, the texts that no computation can write.

import { make } from "../dom.js";
import { say } from "../text.js";
import { renderForm } from "./form.js";
import { helpOf, titleOf } from "./schema.js";
import * as state from "./state.js";

/** Titles of the texts; one that is not here keeps the name of the schema. */
const TEXTS = {
  planning_context: "Planning context: SNBC, SRADDET, SCoT, PCAET",
  present_emissions: "Present emissions on the site",
  without_project: "Justification of the situation without the project",
  energy_mix: "Energy mix, the same with and without the project",
  solutions_examined: "Solutions examined and reasons for the choice",
  residual_effect: "Residual effect and offsetting",
  neutrality: "Compatibility with the SNBC, the PCAET and neutrality",
  follow_up: "Follow-up: who, when, with which indicator",
};
const COVER = ["owner", "author", "commune", "version"];
const MEASURES = ["measures"];
const OTHERS = ["threshold_percent"];

/** The title of a text. */
export const textTitle = (key) => (TEXTS[key] ? say(TEXTS[key]) : key);

/** The texts that the report takes, by the schema of its input. */
export function textKeys(schema) {
  const { propertyNames, properties } = schema.properties.texts ?? {};
  return propertyNames?.enum ?? Object.keys(properties ?? {});
}

/**
 * Draw the fields.
 * @param {HTMLElement} element
 * @param {object} schema Of the input `report`.
 * @returns {(path: string) => void} Put the cursor in a field: `owner`, `texts.follow_up`.
 */
export function renderFields(element, schema) {
  const names = (wanted) => wanted.filter((name) => schema.properties[name]);
  const asked = names([...COVER, ...MEASURES, ...OTHERS]);
  const inputs = Object.fromEntries(asked.map((name) => [name, { title: titleOf(schema.properties[name], name), description: helpOf(schema.properties[name]), schema: schema.properties[name], minOccurs: 0 }]));
  const mine = (report) => Object.fromEntries(Object.entries(report ?? {}).filter(([name]) => asked.includes(name)));
  const box = make("div");
  let typing = false;
  const form = renderForm(box, { inputs }, {
    values: structuredClone(mine(state.get().report)),
    sections: [
      { title: say("Cover"), names: names(COVER), open: true },
      { title: say("Measures: avoid, reduce, offset"), names: names(MEASURES), open: false },
      { title: say("Settings"), names: names(OTHERS), open: false },
    ],
    onChange(values, { label }) {
      typing = true;
      state.change(label || say("Report changed"), (draft) => {
        const kept = Object.fromEntries(Object.entries(draft.report ?? {}).filter(([name]) => !asked.includes(name)));
        draft.report = { ...kept, ...values };
      }, { merge: `report-${label}` });
      typing = false;
    },
  });
  const areas = new Map(textKeys(schema).map((key) => [key, area(key)]));
  const texts = make("details", { class: "form-section", open: true }, make("summary", {}, make("span", {}, say("Texts of the author")), make("span", { class: "section-count" }, "✎")), make("div", { class: "section-fields report-texts" }, [...areas.values()].map(({ element: each }) => each)));
  element.replaceChildren(box, make("div", { class: "process-form" }, texts));
  state.subscribe((project) => {
    if (!typing) form.update(structuredClone(mine(project.report)));
    for (const [key, { input }] of areas) if (document.activeElement !== input) input.value = project.report?.texts?.[key] ?? "";
  });
  return (path) => {
    const [first, key] = path.split(".");
    if (first !== "texts") return form.focus(path);
    texts.open = true;
    areas.get(key)?.input.focus();
    return true;
  };
}

function area(key) {
  const id = `report-${key}`;
  const input = make("textarea", {
    id,
    rows: 3,
    maxlength: 4000,
    oninput: () => state.change(say("Report changed"), (draft) => {
      const report = (draft.report ??= {});
      report.texts = { ...report.texts, [key]: input.value };
    }, { merge: id }),
  });
  input.value = state.get().report?.texts?.[key] ?? "";
  return { input, element: make("div", { class: "field" }, make("label", { for: id }, textTitle(key)), input) };
}
