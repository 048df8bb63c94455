// The outlines of a file on the map before they are taken, and the numbered places where something is wrong.

import { boxOf } from "./geo.js";
import { theMap } from "./mapside.js";

const OUTLINES = "upload";
const POINTS = "upload-marks";

/** Show what an answer holds. On a phone the map is loaded only once it was asked for. */
export async function showPreview({ place, notices }) {
  if (!document.querySelector(".map-canvas")) return;
  const { map } = await theMap();
  const features = (place?.features ?? []).map(({ properties, geometry }) => ({ type: "Feature", properties: { name: properties.name, ...(properties.after ? { after: properties.after } : {}) }, geometry }));
  map.show(OUTLINES, { type: "FeatureCollection", features }, "after");
  const points = notices.flatMap((told) => told.points ?? []);
  if (points.length) map.show(POINTS, { type: "FeatureCollection", features: points.map((coordinates, index) => ({ type: "Feature", properties: { number: index + 1 }, geometry: { type: "Point", coordinates } })) }, "marks");
  else map.hide(POINTS);
  const box = boxOf(features);
  if (box) map.fit(box);
}

/** Take the preview away. */
export async function hidePreview() {
  if (!document.querySelector(".map-canvas")) return;
  const { map } = await theMap();
  map.hide(OUTLINES);
  map.hide(POINTS);
}
