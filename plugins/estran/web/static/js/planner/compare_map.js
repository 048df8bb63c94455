// Where two variants differ on the ground: the map of the differences from the reference to another one, and its table.

import { data, draw, make } from "../dom.js";
import { say } from "../text.js";
import { area } from "./describe.js";
import { boxOf } from "./geo.js";
import { note } from "./live.js";
import { COMPARE } from "./compare_request.js";
import { exported } from "./result/exports.js";
import { letterOf, nameOf } from "./variants.js";

const GEOJSON = { type: "application/geo+json" };
const NO_CLASS = "#ffffff";
const SPREAD = "spread over the outline";

/**
 * The part of the page that shows the map of differences, on demand.
 * @param {() => { request: { inputs: object }, variants: import("./state.js").Variant[] }} current
 */
export function differenceMap(current) {
  const { variants } = current();
  const box = make("div", { class: "difference-map" });
  const choice = make("select", { "aria-label": say("Variant to set against {reference}", { reference: letterOf(0) }) }, variants.slice(1).map((_variant, index) => make("option", { value: index + 1 }, `${letterOf(0)} → ${letterOf(index + 1)} ${nameOf(variants, index + 1)}`)));
  const button = make("button", { type: "button" }, label());
  let stopping = null;
  choice.addEventListener("change", () => {
    button.textContent = label();
    if (box.childElementCount) show();
  });
  button.addEventListener("click", () => show());
  function label() {
    return say("Map of differences {from} → {to}", { from: letterOf(0), to: letterOf(Number(choice.value)) });
  }
  async function show() {
    stopping?.abort();
    stopping = new AbortController();
    const { signal } = stopping;
    box.replaceChildren(make("p", { role: "status" }, say("Looking for the differences on the ground…")));
    try {
      const { request } = current();
      const index = Number(choice.value);
      const { variants: asked, ...shared } = request.inputs;
      const pair = { inputs: { ...shared, method: "analytic", variants: [asked[0], asked[index]] } };
      const geojson = JSON.parse(await (await exported(COMPARE, pair, GEOJSON, { signal })).text());
      if (!signal.aborted) await drawn(box, geojson.features, [asked[0].name, asked[index].name]);
    } catch (error) {
      if (error.name !== "AbortError") box.replaceChildren(note("error", say("The map of differences could not be made: {reason}", { reason: error.message }), [[say("Try again"), show]]));
    }
  }
  return make("section", { class: "compare-map" }, make("h3", {}, say("Where the variants differ on the ground")), make("p", { class: "actions" }, variants.length > 2 ? choice : null, button), box);
}

const swatch = (fill) => draw("svg", { width: 18, height: 14, "aria-hidden": "true", class: "swatch-inline" }, draw("rect", { x: 0.5, y: 0.5, width: 17, height: 13, fill, stroke: "#6E7B85" }));

async function drawn(box, features, [reference, other]) {
  if (!features.length) {
    box.replaceChildren(note("info", say("The outlines and the classes are the same: these variants differ by their inputs only.")));
    return;
  }
  const known = new Map(data("planner").classes.map((each) => [each.id, each]));
  const name = (id) => (id === null ? say("outside the outline") : (known.get(id)?.title ?? { "present land": say("land as it is today"), [SPREAD]: say("classes spread over the outline") }[id] ?? id));
  const sums = new Map();
  for (const { properties } of features) {
    const key = `${properties.after_reference}|${properties.after}`;
    const row = sums.get(key) ?? { from: name(properties.after_reference), to: name(properties.after), fill: known.get(properties.after ?? properties.after_reference)?.colour ?? NO_CLASS, ha: 0 };
    row.ha += properties.area_ha;
    sums.set(key, row);
  }
  const rows = [...sums.values()].sort((one, two) => two.ha - one.ha);
  const canvas = make("div", { class: "small-map" });
  const table = make(
    "table",
    {},
    make("caption", {}, say("Land that differs between {one} and {other}", { one: reference, other })),
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, say("In {name}", { name: reference })), make("th", { scope: "col" }, say("In {name}", { name: other })), make("th", { scope: "col", class: "number" }, say("Area")))),
    make("tbody", {}, rows.map(({ from, to, fill, ha }) => make("tr", {}, make("th", { scope: "row" }, swatch(fill), from), make("td", {}, to), make("td", { class: "number" }, area(ha))))),
  );
  const unplaced = features.some(({ properties }) => properties.after === SPREAD && properties.after_reference === SPREAD);
  box.replaceChildren(unplaced ? note("info", say("The areas by class differ, but they have no place on the plan: draw a part for each class to see where.")) : "", make("div", { class: "difference-shown" }, canvas, make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": say("Land that differs between {one} and {other}", { one: reference, other }) }, table)));
  const { openMap } = await import("./map.js");
  const map = openMap(canvas, { small: true });
  if (!(await map.ready.catch(() => null))) {
    canvas.remove();
    return;
  }
  map.show("difference", { type: "FeatureCollection", features: features.map((feature) => ({ ...feature, properties: { ...feature.properties, fill: known.get(feature.properties.after ?? feature.properties.after_reference)?.colour ?? NO_CLASS } })) }, "result");
  map.fit(boxOf(features));
}
