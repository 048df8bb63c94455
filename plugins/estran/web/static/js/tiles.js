// The tiles of a layer on a map: vectors with the style of the layer, or pictures as they are.

import { openMap } from "./engine.js";
import { cornersOf } from "./outline.js";
import { say } from "./text.js";

const INKS = ["#1f6f8b", "#8a5a2b", "#4c7a3f", "#7a4c7f", "#b0532f", "#4d5b8c"];

/** Show the tileset whose TileJSON the element names. */
export async function show(element) {
  const [west, south, east, north] = cornersOf(element.dataset.bbox);
  const [map, tileset, style] = await Promise.all([
    openMap(element, { bounds: [[west, south], [east, north]], ground: element.dataset.ground }),
    read(element.dataset.tilejson),
    read(element.dataset.style),
  ]);
  if (!map || !tileset) {
    element.replaceChildren(say("The map could not be loaded."));
    return;
  }
  const { tiles, minzoom, maxzoom, bounds, tileSize, vector_layers: vectors } = tileset;
  const source = { tiles: tiles.map(here), minzoom, maxzoom, bounds };
  if (vectors) {
    map.addSource("tiles", { type: "vector", ...source });
    vectors.forEach(({ id }, place) => {
      for (const layer of layersOf(style, id, INKS[place % INKS.length])) map.addLayer(layer);
    });
  } else {
    map.addSource("tiles", { type: "raster", tileSize, ...source });
    map.addLayer({ id: "tiles", type: "raster", source: "tiles", paint: { "raster-fade-duration": 0 } });
  }
  map.once("idle", () => (element.dataset.ready = "true"));
}

/** The layers of the style that draw features, moved to these tiles; without a style, one sober look. */
function layersOf(style, name, ink) {
  const drawn = (style?.layers ?? []).filter((layer) => ["fill", "line", "circle"].includes(layer.type));
  if (drawn.length) return drawn.map((layer) => ({ ...layer, source: "tiles", "source-layer": name }));
  const place = { source: "tiles", "source-layer": name };
  return [
    { id: `${name}-surfaces`, type: "fill", ...place, filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": ink, "fill-opacity": 0.25 } },
    { id: `${name}-lines`, type: "line", ...place, paint: { "line-color": ink } },
    { id: `${name}-points`, type: "circle", ...place, filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": ink, "circle-radius": 4 } },
  ];
}

async function read(address) {
  if (!address) return null;
  try {
    const response = await fetch(address);
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

/** The address of the tiles on this host, whatever the server is called in its configuration. */
function here(address) {
  const base = document.querySelector('meta[name="estran-base"]');
  return address.replace(base.content.replace(/\/$/, ""), location.origin + (base.dataset.root ?? ""));
}
