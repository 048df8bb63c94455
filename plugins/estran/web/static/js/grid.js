// Asking a coverage for a part of it, and where on Earth that part is.

export const MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857";

const RADIUS_M = 6378137;

/** The address of a part of the coverage that the element shows. */
export function address(element, parameters, band) {
  const all = { ...parameters };
  if (band) all.properties = band;
  if (element.dataset.instant) all.datetime = element.dataset.instant;
  return `${element.dataset.coverage}?${new URLSearchParams(all)}`;
}

/** The JSON at an address; a refusal becomes an error that carries its status. */
export async function getJson(url) {
  const response = await fetch(url, { headers: { Accept: "application/prs.coverage+json, application/json" } });
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw Object.assign(new Error(body.detail ?? response.statusText), { status: response.status });
  return body;
}

/** The outer edges of a grid from the centres of its first and last cells: [left, bottom, right, top]. */
export function bounds({ x, y }) {
  const half = (axis) => (axis.num > 1 ? (axis.stop - axis.start) / (axis.num - 1) / 2 : 0);
  return [x.start - half(x), y.stop + half(y), x.stop + half(x), y.start - half(y)];
}

export function inMercator(longitude, latitude) {
  const x = (longitude * Math.PI * RADIUS_M) / 180;
  return [x, RADIUS_M * Math.log(Math.tan(Math.PI / 4 + (latitude * Math.PI) / 360))];
}

export function fromMercator(x, y) {
  const latitude = (2 * Math.atan(Math.exp(y / RADIUS_M)) - Math.PI / 2) * (180 / Math.PI);
  return [(x / RADIUS_M) * (180 / Math.PI), latitude];
}
