// The list of the parts of a project, which mirrors the map: name, area, what is there today, what comes after.

import { data, make } from "../dom.js";
import { say } from "../text.js";
import { area, coverLine, wetlandLine } from "./describe.js";
import { areaHa, boxOf } from "./geo.js";
import { announce, note } from "./live.js";
import { theMap } from "./mapside.js";
import * as state from "./state.js";
import { renderVertices } from "./vertices.js";
import { wantView } from "./view.js";

/** The name of a part, given or by its rank. */
export function partName(feature, index) {
  return feature.properties?.name || say("Outline {number}", { number: index + 1 });
}

/** Add a part to the project, its name by its rank. */
export function addPart(geometry, properties = {}) {
  let count = 0;
  state.change(say("Outline added"), (draft) => {
    const place = draft.variants[draft.current].place;
    const features = place?.features ?? [];
    count = features.length + 1;
    const feature = { type: "Feature", properties: { name: say("Outline {number}", { number: count }), ...properties }, geometry };
    draft.variants[draft.current].place = { features: [...features, feature] };
  });
  announce(say("Outline closed, {area}", { area: area(areaHa(geometry)) }));
}

/** Change one part. */
export function changePart(label, index, mutate, options) {
  state.change(label, (draft) => mutate(draft.variants[draft.current].place.features[index]), options);
}

function removePart(index) {
  state.change(say("Outline deleted"), (draft) => {
    const { features } = draft.variants[draft.current].place;
    features.splice(index, 1);
    if (!features.length) draft.variants[draft.current].place = null;
  });
  announce(say("Outline deleted. “Undo” brings it back."));
}

function copyPart(index) {
  state.change(say("Outline duplicated"), (draft) => {
    const { features } = draft.variants[draft.current].place;
    const copy = structuredClone(features[index]);
    copy.properties.name = say("{name} (copy)", { name: partName(copy, index) });
    features.splice(index + 1, 0, copy);
  });
}

/**
 * The list of parts.
 * @param {object[]} features
 * @param {{ knownOf: (feature: object) => object|undefined, problems: Map<number, Node[]>, opened: Set<number>, withAfter: boolean }} known
 */
export function renderParts(features, { knownOf, problems, opened, withAfter }) {
  return make("ul", { class: "parts" }, features.map((feature, index) => part(feature, index, { described: knownOf(feature), notes: problems.get(index) ?? [], opened, withAfter })));
}

function part(feature, index, { described, notes, opened, withAfter }) {
  const name = partName(feature, index);
  const field = make("input", {
    type: "text", class: "part-name", value: name, maxlength: 60, "aria-label": say("Name of outline {number}", { number: index + 1 }), autocomplete: "off", "data-key": `name-${index}`,
    oninput: (event) => changePart(say("Outline renamed"), index, (draft) => (draft.properties.name = event.target.value), { merge: `part-${index}` }),
  });
  const size = make("span", { class: "part-area number" }, area(Number.isFinite(described?.ha) ? described.ha : areaHa(feature.geometry)));
  const points = feature.geometry.type === "Polygon" ? "" : say("several pieces");
  const item = make(
    "li",
    { class: "part", "data-part": index, onpointerenter: () => light(index), onpointerleave: () => light(null), onfocusin: () => light(index), onfocusout: () => light(null) },
    make("div", { class: "part-head" }, field, size),
    points ? make("p", { class: "small muted" }, points) : null,
    make("p", { class: "part-line" }, make("span", { class: "part-word" }, say("before:")), " ", described ? coverLine(described.cover) || say("nothing known") : say("reading…")),
    withAfter ? afterLine(feature, index) : null,
    described?.wetlands.length ? note("warn", wetlandLine(described.wetlands), [[say("See on the map"), () => see(index)]]) : null,
    notes,
    make(
      "p",
      { class: "part-tools" },
      tool(say("Edit"), say("Edit the vertices of {name}", { name }), () => edit(index, opened), `edit-${index}`),
      tool(say("See"), say("See {name} on the map", { name }), () => see(index), `see-${index}`),
      tool(say("Duplicate"), say("Duplicate {name}", { name }), () => copyPart(index), `copy-${index}`),
      tool(say("Delete"), say("Delete {name}", { name }), () => removePart(index), `delete-${index}`),
    ),
    opened.has(index) ? renderVertices(feature, index, () => edit(index, opened)) : null,
  );
  return item;
}

function afterLine(feature, index) {
  const classes = data("planner").classes.filter(({ after }) => after);
  const chosen = feature.properties?.after ?? "";
  const select = make(
    "select",
    {
      id: `after-${index}`, "data-key": `after-${index}`,
      onchange: (event) => changePart(say("Land after the project chosen"), index, (draft) => {
        if (event.target.value) draft.properties.after = event.target.value;
        else delete draft.properties.after;
      }),
    },
    make("option", { value: "" }, say("unchanged, or said in the project")),
    classes.map(({ id, title }) => make("option", { value: id, selected: id === chosen }, title)),
  );
  const swatch = make("span", { class: "swatch", "aria-hidden": "true" });
  swatch.style.background = classes.find(({ id }) => id === chosen)?.colour ?? "transparent";
  return make("p", { class: "part-line" }, make("label", { for: `after-${index}`, class: "part-word" }, say("after:")), " ", make("span", { class: "after" }, swatch, select));
}

function tool(text, label, act, key) {
  return make("button", { type: "button", class: "small-button", "aria-label": label, "data-key": key, onclick: act }, text);
}

async function edit(index, opened) {
  const side = await theMap();
  if (opened.has(index)) {
    opened.delete(index);
    side.stop();
  } else {
    opened.clear();
    opened.add(index);
    await side.edit(index);
  }
  document.dispatchEvent(new CustomEvent("planner:parts"));
}

async function see(index) {
  wantView("carte");
  const side = await theMap();
  const feature = state.variant().place.features[index];
  const box = boxOf([feature]);
  if (box) side.map.fit(box);
}

async function light(index) {
  const canvas = document.querySelector(".map-canvas");
  if (canvas) (await theMap()).map.highlight(index);
}
