// A light map without any map engine: outlines drawn as SVG, each one a link when there is a page for it.

import { draw, make } from "./dom.js";
import { language, say } from "./text.js";

const WIDTH = 800;

/** Draw the outlines named by the element, and its extent. */
export async function show(element) {
  const bbox = element.dataset.bbox ? cornersOf(element.dataset.bbox) : null;
  let features = [];
  if (element.dataset.source) {
    try {
      const response = await fetch(element.dataset.source, { headers: { Accept: "application/geo+json" } });
      if (response.ok) features = (await response.json()).features;
    } catch {
      features = [];
    }
  }
  if (!features.length && !bbox) {
    const status = document.createElement("p");
    status.className = "map-status";
    status.textContent = say("The map could not be loaded.");
    element.replaceChildren(status);
    return;
  }
  paint(element, { ground: features, bbox });
  offerPlaces(features);
}

/** The same places as a list, beside the map, when the page asks a question of one. */
function offerPlaces(features) {
  const form = document.querySelector("[data-ask]");
  const select = form?.querySelector("[data-places]");
  if (!select || !features.length) return;
  const named = features.map((feature) => [String(feature.id), nameOf(feature)]).sort((one, other) => one[1].localeCompare(other[1], language));
  select.replaceChildren(...named.map(([id, name]) => make("option", { value: id }, name)));
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    location.href = `${form.dataset.ask}#collection=communes&ids=${encodeURIComponent(select.value)}`;
  });
}

/** Draw features over a ground, for browsers without WebGL too. */
export function paint(element, { ground = [], things = [], bbox = null }) {
  const box = boundsOf(things.length ? things : ground, bbox);
  const project = projection(box, element);
  const shapes = ground.map((feature) => land(feature, project, element.dataset.link));
  const drawn = things.map((feature) => draw("path", { d: path(feature.geometry, project), class: "thing" }, title(feature)));
  const extent = bbox
    ? [draw("path", { class: "extent", d: path({ type: "Polygon", coordinates: [ring(bbox)] }, project) })]
    : [];
  element.replaceChildren(
    draw("svg", { viewBox: `0 0 ${WIDTH} ${project.height}`, preserveAspectRatio: "xMidYMid meet" }, shapes, drawn, extent),
  );
}

function land(feature, project, link) {
  const shape = draw("path", { d: path(feature.geometry, project), class: "land" }, title(feature));
  if (!link) return shape;
  const name = nameOf(feature);
  const anchor = draw("a", { href: link.replace("{id}", encodeURIComponent(feature.id)), "aria-label": name }, shape);
  const readout = document.querySelector("[data-readout]");
  const rest = readout?.dataset.rest ?? "";
  const tell = (text) => readout && (readout.textContent = text);
  anchor.addEventListener("pointerenter", () => tell(name));
  anchor.addEventListener("pointerleave", () => tell(rest));
  anchor.addEventListener("focus", () => tell(name));
  anchor.addEventListener("blur", () => tell(rest));
  return anchor;
}

function title(feature) {
  return draw("title", {}, nameOf(feature));
}

/** The name of a feature, as far as one can be guessed. */
export function nameOf(feature) {
  const properties = feature.properties ?? {};
  return String(properties.name ?? properties.nom ?? properties.nom_commune ?? properties.libelle ?? properties.title ?? feature.id ?? "");
}

/** The box that holds features, as [west, south, east, north]. */
export function boundsOf(features, start = null) {
  const box = start ? [...start] : [Infinity, Infinity, -Infinity, -Infinity];
  const visit = (coordinates) => {
    if (typeof coordinates[0] === "number") {
      box[0] = Math.min(box[0], coordinates[0]);
      box[1] = Math.min(box[1], coordinates[1]);
      box[2] = Math.max(box[2], coordinates[0]);
      box[3] = Math.max(box[3], coordinates[1]);
    } else coordinates.forEach(visit);
  };
  const enter = (geometry) => {
    if (!geometry) return;
    if (geometry.geometries) geometry.geometries.forEach(enter);
    else if (geometry.coordinates?.length) visit(geometry.coordinates);
  };
  features.forEach((feature) => enter(feature.geometry));
  return box;
}

/** The corners of a bbox written "w,s,e,n", with or without heights. */
export function cornersOf(text) {
  const numbers = text.split(",").map(Number);
  const half = numbers.length / 2;
  return [numbers[0], numbers[1], numbers[half], numbers[half + 1]];
}

function ring([west, south, east, north]) {
  return [[west, south], [east, south], [east, north], [west, north], [west, south]];
}

function projection([west, south, east, north], element) {
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const spanX = Math.max((east - west) * squeeze, 1e-4);
  const spanY = Math.max(north - south, 1e-4);
  const height = Math.round((WIDTH * element.clientHeight) / Math.max(element.clientWidth, 1)) || 500;
  const scale = Math.min((WIDTH - 40) / spanX, (height - 40) / spanY);
  const left = (WIDTH - spanX * scale) / 2;
  const top = (height - spanY * scale) / 2;
  const project = ([x, y]) => [left + (x - west) * squeeze * scale, top + (north - y) * scale];
  project.height = height;
  return project;
}

function path(geometry, project) {
  if (!geometry) return "";
  const line = (points, close) => {
    const kept = [];
    for (const point of points) {
      const [x, y] = project(point);
      const last = kept[kept.length - 1];
      if (!last || Math.abs(last[0] - x) + Math.abs(last[1] - y) > 0.7) kept.push([x, y]);
    }
    return kept.map(([x, y], index) => `${index ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("") + (close ? "Z" : "");
  };
  const dot = (point) => {
    const [x, y] = project(point);
    return `M${(x - 5).toFixed(1)} ${y.toFixed(1)}a5 5 0 1 0 10 0a5 5 0 1 0-10 0Z`;
  };
  const { type, coordinates } = geometry;
  switch (type) {
    case "Polygon": return coordinates.map((points) => line(points, true)).join("");
    case "MultiPolygon": return coordinates.flat().map((points) => line(points, true)).join("");
    case "LineString": return line(coordinates, false);
    case "MultiLineString": return coordinates.map((points) => line(points, false)).join("");
    case "Point": return dot(coordinates);
    case "MultiPoint": return coordinates.map(dot).join("");
    case "GeometryCollection": return geometry.geometries.map((part) => path(part, project)).join("");
    default: return "";
  }
}
