// The features of the page on a map; the map and the table point at each other.

import { data, make } from "./dom.js";
import { openMap } from "./engine.js";
import { boundsOf, nameOf, paint } from "./outline.js";
import { plain, say } from "./text.js";

const ACCENT = "#1b4b7a";
const INK = "#1b2730";

/** Show the features named by the element. */
export async function show(element) {
  const { features } = data(element.dataset.features);
  const placed = features.filter((feature) => feature.geometry);
  if (!placed.length) {
    element.hidden = true;
    return;
  }
  const box = boundsOf(placed);
  const map = await openMap(element, {
    bounds: [[box[0], box[1]], [box[2], box[3]]],
    ground: element.dataset.ground,
  });
  if (!map) {
    paint(element, { things: placed });
    return;
  }
  addFeatures(map, features);
  follow(map, element, features);
}

function addFeatures(map, features) {
  const numbered = features.map((feature, index) => ({ type: "Feature", id: index, geometry: feature.geometry, properties: {} }));
  const active = (on, off) => ["case", ["boolean", ["feature-state", "active"], false], on, off];
  const isKind = (kind) => ["match", ["geometry-type"], [kind, `Multi${kind}`], true, false];
  map.addSource("things", { type: "geojson", data: { type: "FeatureCollection", features: numbered } });
  map.addLayer({ id: "areas", type: "fill", source: "things", filter: isKind("Polygon"), paint: { "fill-color": ACCENT, "fill-opacity": active(0.45, 0.2) } });
  map.addLayer({ id: "lines", type: "line", source: "things", filter: ["!", isKind("Point")], paint: { "line-color": active(INK, ACCENT), "line-width": active(3, 1.5) } });
  map.addLayer({ id: "points", type: "circle", source: "things", filter: isKind("Point"), paint: { "circle-color": active(INK, ACCENT), "circle-radius": active(8, 6), "circle-stroke-color": "#fff", "circle-stroke-width": 1.5 } });
}

function follow(map, element, features) {
  const rows = new Map([...document.querySelectorAll("tr[data-feature]")].map((row) => [row.dataset.feature, row]));
  const panel = document.querySelector("[data-details]");
  let current = null;

  function activate(index) {
    if (index === current) return;
    for (const [which, on] of [[current, false], [index, true]]) {
      if (which === null) continue;
      map.setFeatureState({ source: "things", id: which }, { active: on });
      rows.get(String(features[which].id))?.classList.toggle("is-active", on);
    }
    current = index;
  }

  const layers = ["points", "lines", "areas"];
  map.on("mousemove", (event) => {
    const [hit] = map.queryRenderedFeatures(event.point, { layers });
    map.getCanvas().style.cursor = hit ? "pointer" : "";
    activate(hit ? hit.id : null);
  });
  map.on("click", (event) => {
    const [hit] = map.queryRenderedFeatures(event.point, { layers });
    if (hit) describe(panel, features[hit.id], element.dataset.item, rows.get(String(features[hit.id].id)));
  });
  features.forEach((feature, index) => {
    const row = rows.get(String(feature.id));
    row?.addEventListener("pointerenter", () => activate(index));
    row?.addEventListener("pointerleave", () => activate(null));
    row?.addEventListener("focusin", () => activate(index));
    row?.addEventListener("focusout", () => activate(null));
  });
}

function describe(panel, feature, link, row) {
  if (!panel) return;
  const fields = data("fields") ?? {};
  const name = row?.querySelector("th").textContent.trim() || nameOf(feature);
  const heading = link ? make("a", { href: link.replace("{id}", encodeURIComponent(feature.id)) }, name) : name;
  const pairs = Object.entries(feature.properties ?? {}).map(([key, value]) => [
    [fields[key]?.title ?? key, fields[key]?.unit ? make("span", { class: "unit" }, fields[key].unit) : null].filter(Boolean),
    shown(value, fields[key]),
  ]);
  panel.replaceChildren(
    make("h3", {}, heading),
    make("dl", { class: "facts" }, pairs.map(([term, value]) => [make("dt", {}, term), make("dd", {}, value)])),
    make("button", { type: "button", onclick: () => (panel.hidden = true) }, say("Close")),
  );
  panel.hidden = false;
}

function shown(value, field = {}) {
  if (value === null || value === undefined || value === "") return "—";
  if (field.codelist?.[value] !== undefined) return field.codelist[value];
  if (typeof value === "boolean") return say(value ? "yes" : "no");
  if (typeof value === "number") return Number.isInteger(value) && !field.unit ? String(value) : plain(value, 4);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
