// Avoid: the same project without the land that is best left alone, its outline drawn anew.

import { data } from "../dom.js";
import { say } from "../text.js";
import { featuresOf } from "./compare_plan.js";
import { area, describe } from "./describe.js";
import { areaHa, boxOf, polygonsOf } from "./geo.js";
import { localised } from "./layers.js";
import { PROJECT } from "./variants.js";

const SCRIPT = new URL("../../vendor/polygon-clipping-0.15.7/polygon-clipping.umd.min.js", import.meta.url).href;
const MOST_WETLANDS = 500;
const SLIVER_HA = 0.002;
let loading = null;

function clipping() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = SCRIPT;
    script.onload = () => resolve(window.polygonClipping);
    script.onerror = () => reject(new Error("polygon clipping"));
    document.head.append(script);
  });
  return loading;
}

/**
 * What the present land of a variant suggests to leave alone.
 * @param {import("./state.js").Variant} base
 * @param {AbortSignal} signal
 * @returns {Promise<{ levers: import("./erc_levers.js").Lever[], said: string[] }>} `said`: what is told when there is nothing to avoid here.
 */
export async function avoidLevers(base, signal) {
  const features = await featuresOf(base.place);
  if (!features.length) return { levers: [], said: [] };
  const found = await describe({ type: "FeatureCollection", features }, signal);
  const levers = [];
  const said = [];
  if (found.wetlands.length) {
    const touched = found.wetlands.map(({ title, ha }) => `${area(ha)} ${say("of")} ${title.charAt(0).toLowerCase()}${title.slice(1)}`).join(", ");
    const dry = await withoutWetlands(features, signal).catch((error) => (error.name === "AbortError" ? Promise.reject(error) : null));
    if (dry?.length) levers.push(leverOf("wetlands", say("Avoid the wetlands"), say("{what} left alone; the programme stands on what remains", { what: touched }), features, dry));
    else said.push(dry ? say("The whole site is a wetland: avoiding it takes another site (“Elsewhere”).") : say("{what} are touched; their outline could not be cut out of yours: draw the part to leave alone yourself.", { what: touched }));
  } else said.push(say("No wetland of the layers is touched."));
  if (features.length > 1) levers.push(await densest(features, signal));
  return { levers: levers.filter(Boolean), said };
}

/** The features without the wetlands of the territory's layer. */
async function withoutWetlands(features, signal) {
  const layer = data("planner").layers.find(({ role }) => role === "wetlands");
  if (!layer) return null;
  const query = new URLSearchParams({ f: "json", bbox: boxOf(features).join(","), limit: String(MOST_WETLANDS) });
  const response = await fetch(localised(`/collections/${layer.id}/items?${query}`), { signal, headers: { Accept: "application/geo+json" } });
  if (!response.ok) return null;
  const wet = (await response.json()).features.flatMap(({ geometry }) => polygonsOf(geometry));
  if (!wet.length) return null;
  const { difference } = await clipping();
  return features
    .map((feature) => ({ ...feature, geometry: kept(difference(polygonsOf(feature.geometry), wet)) }))
    .filter(({ geometry }) => geometry);
}

/** What is left of an outline, without its slivers. */
function kept(polygons) {
  const large = polygons.filter((rings) => areaHa({ type: "Polygon", coordinates: rings }) >= SLIVER_HA);
  if (!large.length) return null;
  return large.length === 1 ? { type: "Polygon", coordinates: large[0] } : { type: "MultiPolygon", coordinates: large };
}

/** The part whose land holds most carbon by the hectare today. */
async function densest(features, signal) {
  const { run } = await import("./run.js");
  const { features: answers = [] } = await run("carbon-stock", { inputs: { geometry: { type: "FeatureCollection", features } } }, { signal });
  const parts = answers.map(({ index, indicators }) => ({ index, density: indicators.find(({ id }) => id === "total")?.value / areaHa(features[index].geometry) })).filter(({ density }) => Number.isFinite(density));
  if (parts.length < 2) return null;
  const { index, density } = parts.reduce((most, each) => (each.density > most.density ? each : most));
  if (parts.every((each) => each.density === density)) return null;
  const name = features[index].properties?.name || say("part {number}", { number: index + 1 });
  return leverOf("densest", say("Leave out the part richest in carbon: {name}", { name }), say("{area} left alone; the programme stands on what remains", { area: area(areaHa(features[index].geometry)) }), features, features.filter((_feature, each) => each !== index));
}

function leverOf(id, title, detail, before, after) {
  const [was, is] = [before, after].map((features) => features.reduce((sum, { geometry }) => sum + areaHa(geometry), 0));
  return {
    id,
    kind: "avoid",
    title,
    detail,
    apply(variant) {
      variant.place = { features: after.map(({ properties, geometry }) => ({ type: "Feature", properties: { ...properties }, geometry })) };
      fit(variant.inputs[PROJECT], was, is);
    },
  };
}

/** Areas by class cannot make more than the outline that remains: they shrink with it. */
function fit(inputs, was, is) {
  const sum = Object.values(inputs?.after ?? {}).reduce((whole, each) => whole + each, 0);
  if (sum > is) inputs.after = Object.fromEntries(Object.entries(inputs.after).map(([name, ha]) => [name, Math.floor((ha * is * 1000) / Math.max(sum, was)) / 1000]));
}
