// The ground of the map: the sea, the communes, their wetlands, water, roads and buildings, all muted.

import { localised } from "./layers.js";

const LAND = "#f6f4ef";
const HALO = { "text-color": "#52606b", "text-halo-color": "#ffffff", "text-halo-width": 1.5 };

/** Draw the ground with the layers of the territory, as far as it has them. */
export function addBase(map, planner) {
  const role = (name) => planner.layers.find((layer) => layer.role === name && layer.tiles === "vector");
  const called = (name) => planner.layers.find((layer) => layer.id === name && layer.tiles === "vector");
  const communes = role("communes");
  const wetlands = role("wetlands");
  const buildings = role("buildings");
  ground(map, communes, [{ type: "fill", paint: { "fill-color": LAND } }]);
  ground(map, wetlands, [{ type: "fill", filter: ["!=", ["get", "type"], "sea"], paint: { "fill-color": "#d9e4e6" } }]);
  ground(map, called("water"), [{ type: "fill", paint: { "fill-color": "#d3e2ee" } }]);
  ground(map, called("roads"), [{ type: "line", minzoom: 11, paint: { "line-color": "#c9cdd0", "line-width": ["interpolate", ["linear"], ["zoom"], 11, 0.5, 16, 4] } }]);
  ground(map, called("cycle-network"), [{ type: "line", minzoom: 13, paint: { "line-color": "#c9cdd0", "line-width": 1 } }]);
  ground(map, buildings, [{ type: "fill", minzoom: 13, paint: { "fill-color": "#dad6ce", "fill-outline-color": "#bdb8ad" } }], 13);
  ground(map, communes, [{ type: "line", paint: { "line-color": "#a9b2b8", "line-width": 1 } }]);
  if (!planner.communes.length) return;
  const points = planner.communes.map(([id, name, x, y]) => ({ type: "Feature", id, properties: { name }, geometry: { type: "Point", coordinates: [x, y] } }));
  map.addSource("names", { type: "geojson", data: { type: "FeatureCollection", features: points } });
  map.addLayer({
    id: "names",
    type: "symbol",
    source: "names",
    minzoom: 9.5,
    maxzoom: 15,
    layout: { "text-field": ["get", "name"], "text-size": ["interpolate", ["linear"], ["zoom"], 9.5, 12, 13, 15], "text-font": ["sans-serif"], "text-max-width": 8, "text-padding": 6 },
    paint: HALO,
  });
}

function ground(map, layer, looks, minzoom = 0) {
  if (!layer) return;
  const source = `base-${layer.id}`;
  if (!map.getSource(source)) {
    map.addSource(source, { type: "vector", tiles: [localised(`/collections/${layer.id}/tiles/WebMercatorQuad/{z}/{y}/{x}?f=mvt`)], bounds: layer.bbox, minzoom, maxzoom: 16 });
  }
  for (const look of looks) {
    map.addLayer({ ...look, id: `${source}-${look.type}`, source, "source-layer": layer.id });
  }
}
