// A small plan of each variant, all at the same scale: outline in ink, the class afterwards in its colour.

import { data, draw } from "../dom.js";
import { say } from "../text.js";
import { area } from "./describe.js";
import { areaHa, boxOf, polygonsOf } from "./geo.js";
import { read } from "./references.js";
import * as state from "./state.js";

const INK = "#1b2730";
const RAD = Math.PI / 180;
const EDGE = 6;

/** The features of a place: those drawn, or those that a layer holds. */
export async function featuresOf(place) {
  if (!state.hasPlace(place)) return [];
  return place.features ?? (await read(place.reference));
}

/**
 * Draw the plans of some variants.
 * @param {import("./state.js").Variant[]} variants
 * @param {{ width?: number, height?: number }} [size]
 * @returns {Promise<(SVGElement|null)[]>} Null where there is no place.
 */
export async function plansOf(variants, { width = 168, height = 112 } = {}) {
  const all = await Promise.all(variants.map(({ place }) => featuresOf(place)));
  const boxes = all.map((features) => (features.length ? boxOf(features) : null));
  const span = Math.max(...boxes.filter(Boolean).map((box) => spanOf(box, width, height)), 1e-9);
  const colours = new Map(data("planner").classes.map(({ id, colour }) => [id, colour]));
  return all.map((features, index) => (boxes[index] ? plan(features, boxes[index], span, colours, { width, height, name: variants[index].name }) : null));
}

/** Degrees of latitude that a box takes in the height of a plan. */
function spanOf([west, south, east, north], width, height) {
  const squeeze = Math.cos(((south + north) / 2) * RAD);
  return Math.max(north - south, ((east - west) * squeeze * (height - 2 * EDGE)) / (width - 2 * EDGE));
}

function plan(features, [west, south, east, north], span, colours, { width, height, name }) {
  const scale = (height - 2 * EDGE) / span;
  const squeeze = Math.cos(((south + north) / 2) * RAD);
  const [middleX, middleY] = [(west + east) / 2, (south + north) / 2];
  const at = ([x, y]) => `${((x - middleX) * squeeze * scale + width / 2).toFixed(1)} ${(height / 2 - (y - middleY) * scale).toFixed(1)}`;
  const ha = features.reduce((sum, { geometry }) => sum + areaHa(geometry), 0);
  const title = say("Plan of {name}: {area}", { name, area: area(ha) });
  const path = ({ geometry }) => polygonsOf(geometry).flatMap((rings) => rings.map((ring) => `M${ring.map(at).join("L")}Z`)).join("");
  return draw(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": title, class: "plan" },
    draw("title", {}, title),
    features.map((feature) => draw("path", { d: path(feature), fill: colours.get(feature.properties?.after) ?? "#f6f4ef", "fill-rule": "evenodd", stroke: INK, "stroke-width": 1.5, "stroke-linejoin": "round" })),
  );
}
