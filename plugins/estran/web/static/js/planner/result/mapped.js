// The result on the map: the land before, the classes after, or the effect of each part, with a legend that says hectares.

import { data, draw, make } from "../../dom.js";
import { say } from "../../text.js";
import { area, describe } from "../describe.js";
import { areaHa } from "../geo.js";
import { bounds, number, scaleOf, unitName } from "../numbers.js";
import { hectares } from "./figures.js";
import { indicator, isHidden, isSigned } from "./reading.js";

const LAND = ["land-ledger", "land-cover"];
const SHOWN = "result";
const DIVERGING = ["#126A79", "#6FB7C2", "#EDEBE6", "#D98F5F", "#9C3A0B"];
const SEQUENTIAL = ["#F3EFE6", "#E3CFA8", "#CFA46A", "#A8713A", "#6F3F1D"];

/** Add the views of the map to a result; nothing when the place is not drawn here. */
export async function mapped(body, envelope, { project, onLocate }) {
  const { theMap } = await import("../mapside.js");
  const features = placed(project);
  const { map } = await theMap();
  map.hide(SHOWN);
  if (!features.length || !(await map.ready) || !body.isConnected) return;
  const hasAfter = features.some(({ properties }) => properties?.after);
  const effects = effectsOf(envelope, features);
  const layers = map.layers();
  const land = LAND.find((id) => data("planner").layers.some((layer) => layer.id === id));
  const views = [
    land ? { id: "before", title: say("Before"), show: () => layers.toggle(land, true), hide: () => layers.toggle(land, false), legend: () => present(features) } : null,
    hasAfter ? { id: "after", title: say("After"), show: () => map.show(SHOWN, collection(features.filter(({ properties }) => properties?.after)), "after"), hide: () => map.hide(SHOWN), legend: () => classes(features) } : null,
    effects ? { id: "effect", title: isSigned(effects.total) ? say("Difference") : say("Result"), show: () => map.show(SHOWN, effects.geojson, "result"), hide: () => map.hide(SHOWN), legend: () => effects.legend } : null,
  ].filter(Boolean);
  if (!views.length) return;
  const legend = make("ul", { class: "map-legend" });
  let shown = null;
  const buttons = views.map((view) => make("button", { type: "button", class: "choice", "aria-pressed": "false", onclick: () => choose(view === shown ? null : view) }, view.title));
  async function choose(view) {
    shown?.hide();
    shown = view;
    view?.show();
    buttons.forEach((button, index) => button.setAttribute("aria-pressed", String(views[index] === view)));
    legend.replaceChildren();
    const rows = (await view?.legend()) ?? [];
    if (shown !== view) return;
    legend.replaceChildren(...rows.map(({ fill, text, id }) => make("li", { onpointerenter: () => id !== undefined && onLocate?.(id), onpointerleave: () => onLocate?.(null) }, swatch(fill), text)));
  }
  choose(views.find(({ id }) => id === "after") ?? (features.length > 1 ? views.find(({ id }) => id === "effect") : null) ?? views[0]);
  body.querySelector(".result-tabs")?.before(make("div", { class: "result-map" }, make("div", { class: "choices", role: "group", "aria-label": say("On the map") }, make("span", {}, say("On the map")), buttons), legend));
}

/** The parts of the project, named as the map names them. */
function placed({ variants, current }) {
  return (variants[current].place?.features ?? []).map((feature, index) => ({ ...feature, id: index, properties: { ...feature.properties, id: index } }));
}

const collection = (features) => ({ type: "FeatureCollection", features });

function swatch(fill) {
  return draw("svg", { width: 18, height: 14, viewBox: "0 0 18 14", "aria-hidden": "true" }, draw("rect", { x: 0.5, y: 0.5, width: 17, height: 13, fill, stroke: "#6E7B85" }));
}

/** What stands there today, by class; nothing when the server does not tell. */
async function present(features) {
  const known = new Map(data("planner").classes.map((each) => [each.id, each]));
  const found = await describe(features.length > 1 ? { type: "GeometryCollection", geometries: features.map(({ geometry }) => geometry) } : features[0].geometry).catch(() => null);
  return (found?.cover ?? []).map(({ id, title, ha }) => ({ fill: known.get(id)?.colour ?? "#ffffff", text: `${title}, ${area(ha)}` }));
}

function classes(features) {
  const known = new Map(data("planner").classes.map((each) => [each.id, each]));
  const areas = new Map();
  for (const { geometry, properties } of features) if (properties?.after) areas.set(properties.after, (areas.get(properties.after) ?? 0) + areaHa(geometry));
  return [...areas].map(([id, ha]) => ({ fill: known.get(id)?.colour ?? "#ffffff", text: `${known.get(id)?.title ?? id}, ${hectares(ha)}` }));
}

/** The total of each part over its area, in five classes around zero for an effect, from light to dark for a level. */
function effectsOf(envelope, features) {
  const whole = indicator(envelope, "total");
  if (!whole || isHidden(envelope)) return null;
  const answers = envelope.features ?? (features.length === 1 ? [{ index: 0, indicators: [whole] }] : []);
  const parts = answers.map(({ index, indicators }) => ({ feature: features[index], total: indicators.find(({ id }) => id === "total") })).filter(({ feature, total }) => feature && Number.isFinite(total?.value));
  if (!parts.length) return null;
  const rates = parts.map(({ feature, total }) => total.value / (areaHa(feature.geometry) || 1));
  const reach = Math.max(...rates.map(Math.abs), 1e-9);
  const signed = isSigned(whole);
  const palette = signed ? DIVERGING : SEQUENTIAL;
  const colour = (rate) => palette[signed ? Math.min(4, Math.max(0, Math.round(2 + (2 * rate) / reach))) : Math.min(4, Math.floor((4.999 * Math.abs(rate)) / reach))];
  const scale = scaleOf(parts.map(({ total }) => total));
  return {
    total: whole,
    geojson: collection(parts.map(({ feature }, index) => ({ ...feature, properties: { ...feature.properties, fill: colour(rates[index]) } }))),
    legend: parts.map(({ feature, total }, index) => ({ id: feature.id, fill: colour(rates[index]), text: `${feature.properties.name ?? feature.id} : ${number(total, { scale, signed })} ${unitName(scale.unit)} ${bounds(total, { scale })}` })),
  };
}
