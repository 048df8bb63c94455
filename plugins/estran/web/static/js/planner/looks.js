// How the project is drawn over the ground: outlines in ink on white, the class afterwards as a hatch in its colour.

import { polygonsOf } from "./geo.js";

const INK = "#1b2730";
const OUTLINE = [
  { type: "line", paint: { "line-color": "#ffffff", "line-width": 7, "line-opacity": 0.9 }, layout: { "line-join": "round" } },
  { type: "line", paint: { "line-color": INK, "line-width": 3 }, layout: { "line-join": "round" } },
];
const LABEL = {
  type: "symbol",
  filter: ["all", ["has", "name"], ["==", ["geometry-type"], "Point"]],
  layout: { "text-field": ["get", "name"], "text-size": 13, "text-font": ["sans-serif"], "text-allow-overlap": false },
  paint: { "text-color": INK, "text-halo-color": "#ffffff", "text-halo-width": 1.5 },
};

/**
 * The looks that `show` takes: "outline" (a place), "after" (parts, hatched by their property `after`), "result"
 * (filled with their property `fill`), "marks" (numbered points), "area" (a light tint with a thin line).
 */
export const LOOKS = {
  outline: [{ type: "fill", paint: { "fill-color": INK, "fill-opacity": 0.06 } }, ...OUTLINE, LABEL],
  after: [
    { type: "fill", paint: { "fill-color": INK, "fill-opacity": 0.05 } },
    { type: "fill", filter: ["has", "after"], paint: { "fill-pattern": ["concat", "hatch-", ["get", "after"]] } },
    ...OUTLINE,
    LABEL,
  ],
  result: [
    { type: "fill", paint: { "fill-color": ["coalesce", ["get", "fill"], "#ffffff"], "fill-opacity": 0.8 } },
    { type: "line", paint: { "line-color": INK, "line-width": 0.6 } },
  ],
  area: [
    { type: "fill", paint: { "fill-color": "#1b4b7a", "fill-opacity": 0.15 } },
    { type: "line", paint: { "line-color": "#1b4b7a", "line-width": 1.5 } },
  ],
  marks: [
    { type: "circle", paint: { "circle-radius": 11, "circle-color": "#8c0f24", "circle-stroke-color": "#ffffff", "circle-stroke-width": 2 } },
    { type: "symbol", layout: { "text-field": ["to-string", ["get", "number"]], "text-size": 13, "text-font": ["sans-serif"], "text-allow-overlap": true }, paint: { "text-color": "#ffffff" } },
  ],
  vertex: [
    { type: "circle", paint: { "circle-radius": 9, "circle-color": "#1b4b7a", "circle-stroke-color": "#ffffff", "circle-stroke-width": 3 } },
  ],
};

/** Features and, for those that have a name, the point where it is written. */
export function labelled(geojson) {
  const features = geojson.features ?? [geojson];
  const points = features.filter(({ properties, geometry }) => properties?.name && /Polygon/.test(geometry?.type)).map(({ properties, geometry }) => ({ type: "Feature", properties: { name: properties.name }, geometry: { type: "Point", coordinates: middle(geometry) } }));
  return { type: "FeatureCollection", features: [...features, ...points] };
}

/** The centre of gravity of the largest ring. */
function middle(geometry) {
  const rings = polygonsOf(geometry).map(([ring]) => weigh(ring));
  return rings.reduce((best, ring) => (Math.abs(ring.weight) > Math.abs(best.weight) ? ring : best)).centre;
}

function weigh(ring) {
  const [ox, oy] = ring[0];
  let [weight, x, y] = [0, 0, 0];
  for (let i = 0; i < ring.length - 1; i += 1) {
    const [ax, ay, bx, by] = [ring[i][0] - ox, ring[i][1] - oy, ring[i + 1][0] - ox, ring[i + 1][1] - oy];
    const cross = ax * by - bx * ay;
    weight += cross;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
  }
  return { weight, centre: weight ? [ox + x / (3 * weight), oy + y / (3 * weight)] : [ox, oy] };
}

/** Give the map one hatch for each land class. */
export function addPatterns(map, classes) {
  for (const { id, colour } of classes) {
    if (!map.hasImage(`hatch-${id}`)) map.addImage(`hatch-${id}`, hatch(colour), { pixelRatio: 2 });
  }
}

/** A square of 45° lines in a colour, on a thin dark edge so that light colours are seen too. */
function hatch(colour) {
  const size = 32;
  const canvas = document.createElement("canvas");
  canvas.width = size;
  canvas.height = size;
  const context = canvas.getContext("2d");
  for (const [width, stroke] of [[6.5, INK], [4.5, colour]]) {
    context.strokeStyle = stroke;
    context.lineWidth = width;
    context.beginPath();
    for (const shift of [-size, 0, size]) {
      context.moveTo(shift - 4, size + 4);
      context.lineTo(shift + size + 4, -4);
    }
    context.stroke();
  }
  return context.getImageData(0, 0, size, size);
}
