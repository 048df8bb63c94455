// In which order the inputs of a project are asked for. Names only: what each one is, its schema says.

import { say } from "../text.js";

/** Inputs that the place answers, or the step of the report, so that no form asks for them. */
const ELSEWHERE = ["geometry", "crs", "report"];

/** Inputs about the computation itself, last and closed. */
const COMPUTATION = ["confidence", "method", "draws", "seed", "overrides"];

/** Lists that show a first empty row. */
export const STARTED = ["programme", "parking", "roads", "trips"];

const PROJECT = [
  { title: "Programme", names: ["programme", "permit_year", "inhabitants"] },
  { title: "Parking and roads", names: ["parking", "roads"] },
  { title: "Soils, trees, wetlands", names: ["after", "sealed_m2", "desealed_m2", "trees"] },
  { title: "Energy and solar", names: ["pv_kwp", "electricity_yearly_change"] },
  { title: "Mobility", names: ["mobility"] },
  { title: "Demolition", names: ["demolition_m2"] },
  { title: "Horizon and situation without the project", names: ["horizon_years", "reference"] },
];

/** The inputs that a form asks for: a place that may be left out is a line, which belongs to the form. */
export function askedInputs(description) {
  const optional = description.inputs.geometry?.minOccurs === 0;
  return Object.keys(description.inputs).filter((name) => !ELSEWHERE.includes(name) || (name === "geometry" && optional));
}

/**
 * The sections of a form. An input that no list names comes under « Autres réglages », so that a new one shows by itself.
 * @param {string[]} asked Inputs to ask for.
 * @returns {{ title: string, names: string[], open: boolean }[]}
 */
export function sectionsFor(asked) {
  const computation = asked.filter((name) => COMPUTATION.includes(name));
  const rest = asked.filter((name) => !COMPUTATION.includes(name));
  const listed = asked.includes("programme") ? PROJECT : [];
  const sections = listed.map(({ title, names: inside }) => ({ title: say(title), names: inside.filter((name) => rest.includes(name)) }));
  const other = rest.filter((name) => !listed.some((section) => section.names.includes(name)));
  sections.push({ title: say(listed.length ? "Other settings" : "Your inputs"), names: other });
  sections.push({ title: say("Precision of the computation"), names: computation });
  return sections.filter((section) => section.names.length).map((section, index) => ({ ...section, open: index === 0 && section.names !== computation }));
}
