// A layer on a map, with the style that the server delivers.

import { openMap } from "./engine.js";
import { cornersOf } from "./outline.js";
import { say } from "./text.js";

/** Show the style whose address the element carries, over its extent. */
export async function show(element) {
  const [west, south, east, north] = cornersOf(element.dataset.bbox);
  const [map, style] = await Promise.all([
    openMap(element, { bounds: [[west, south], [east, north]], ground: element.dataset.ground }),
    read(element.dataset.style),
  ]);
  if (!map || !style) {
    fallBack(element);
    return;
  }
  map.resize();
  map.fitBounds([[west, south], [east, north]], { padding: 24, maxZoom: 16, animate: false });
  for (const [name, source] of Object.entries(style.sources)) map.addSource(name, here(source));
  for (const layer of style.layers) map.addLayer(layer);
  map.once("idle", () => (element.dataset.ready = "true"));
}

async function read(address) {
  try {
    const response = await fetch(address);
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

/** A source whose addresses are those of this host, whatever the server is called in its configuration. */
function here(source) {
  const base = document.querySelector('meta[name="estran-base"]');
  const configured = base.content.replace(/\/$/, "");
  const actual = location.origin + (base.dataset.root ?? "");
  const local = (address) => address.replace(configured, actual);
  if (source.tiles) return { ...source, tiles: source.tiles.map(local) };
  return typeof source.data === "string" ? { ...source, data: local(source.data) } : source;
}

/** Without a map engine: the picture that the server draws. */
function fallBack(element) {
  if (!element.dataset.picture) {
    element.querySelector(".map-status")?.replaceChildren(say("The map could not be loaded."));
    return;
  }
  const picture = document.createElement("img");
  picture.alt = element.getAttribute("aria-label");
  picture.src = element.dataset.picture;
  element.replaceChildren(picture);
}
