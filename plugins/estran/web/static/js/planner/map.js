// The map of the planner: a muted ground made of the server's own layers, what the project shows over it, picking.

import { data } from "../dom.js";
import { canDraw, load, words } from "../engine.js";
import { addBase } from "./base.js";
import { addPatterns, labelled, LOOKS } from "./looks.js";
import { localised, makeLayers } from "./layers.js";

const EMPTY = { type: "FeatureCollection", features: [] };

/**
 * @typedef {object} PlannerMap
 * @property {Promise<object|null>} ready The MapLibre map, null when this browser cannot draw it.
 * @property {(id: string, geojson: object, kind?: keyof LOOKS) => void} show Draw features under a name, in one of the looks; again to replace.
 * @property {(id: string) => void} hide
 * @property {(bounds: [number, number, number, number]) => void} fit West, south, east, north.
 * @property {(collection: string, callback: (found: { id: string, name: string }) => void) => { choose: (ids: string[]) => void, stop: () => void }} pick Choose features of a layer with the pointer.
 * @property {(id: string|null) => void} highlight The features shown whose `id` (or property `id`) is this one.
 * @property {() => ReturnType<makeLayers>} layers The layers switched on and the panel that switches them.
 */

/** Open the map in an element. @returns {PlannerMap} */
export function openMap(element, { small = false } = {}) {
  const planner = data("planner");
  const shown = new Map();
  let map = null;
  let marked = null;
  let layers = null;

  const ready = start();
  async function start() {
    if (!canDraw()) return null;
    const maplibregl = await load();
    const [west, south, east, north] = planner.bbox;
    const coarse = matchMedia("(pointer: coarse)").matches;
    map = new maplibregl.Map({
      container: element,
      style: { version: 8, sources: {}, layers: [{ id: "sea", type: "background", paint: { "background-color": "#e3ecf2" } }] },
      bounds: [[west, south], [east, north]],
      fitBoundsOptions: { padding: small ? 8 : 24 },
      attributionControl: false,
      cooperativeGestures: coarse || small,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
      locale: words(),
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    if (!small) {
      map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
      map.addControl(new maplibregl.FullscreenControl({ container: element.closest(".map-side") ?? element }), "top-right");
      map.addControl(new maplibregl.ScaleControl({ maxWidth: 120 }), "bottom-left");
    }
    await new Promise((resolve) => (map.isStyleLoaded() ? resolve() : map.once("load", resolve)));
    addPatterns(map, planner.classes);
    addBase(map, planner);
    layers = makeLayers(map, planner);
    for (const [id, { geojson, kind }] of shown) paint(id, geojson, kind);
    map.once("idle", () => (element.dataset.ready = "true"));
    return map;
  }

  function paint(id, geojson, kind) {
    const source = map.getSource(`shown-${id}`);
    if (source && shown.get(id)?.painted === kind) {
      source.setData(labelled(geojson));
      return;
    }
    erase(id);
    map.addSource(`shown-${id}`, { type: "geojson", data: labelled(geojson) });
    LOOKS[kind].forEach((look, index) => map.addLayer({ ...look, id: `shown-${id}-${index}`, source: `shown-${id}` }));
    shown.get(id).painted = kind;
    if (marked !== null) mark();
  }

  function erase(id) {
    if (!map?.getSource(`shown-${id}`)) return;
    for (const layer of map.getStyle().layers) if (layer.source === `shown-${id}`) map.removeLayer(layer.id);
    map.removeSource(`shown-${id}`);
  }

  function mark() {
    const features = [...shown.values()].flatMap(({ geojson }) => geojson.features ?? [geojson]).filter((feature) => marked !== null && String(feature.id ?? feature.properties?.id) === String(marked));
    const geojson = { type: "FeatureCollection", features };
    const source = map.getSource("marked");
    if (source) source.setData(geojson);
    else {
      map.addSource("marked", { type: "geojson", data: geojson });
      map.addLayer({ id: "marked", type: "line", source: "marked", paint: { "line-color": "#1b4b7a", "line-width": 5 } });
    }
    map.moveLayer("marked");
  }

  return {
    ready,
    show(id, geojson, kind = "outline") {
      shown.set(id, { geojson: geojson ?? EMPTY, kind, painted: shown.get(id)?.painted });
      if (layers) paint(id, geojson ?? EMPTY, kind);
    },
    hide(id) {
      erase(id);
      shown.delete(id);
    },
    fit([west, south, east, north]) {
      ready.then(() => {
        if (!map) return;
        map.resize();
        const room = Math.min(64, element.clientHeight / 6);
        map.fitBounds([[west, south], [east, north]], { padding: small ? 12 : { top: room + (element.clientHeight < 480 ? 24 : 0), left: 64, right: 64, bottom: room }, maxZoom: 17, animate: !matchMedia("(prefers-reduced-motion: reduce)").matches, duration: 400 });
      });
    },
    pick: (collection, callback) => pick(() => map, ready, planner.layers.find(({ id }) => id === collection), callback),
    highlight(id) {
      marked = id;
      if (layers) mark();
    },
    layers: () => layers,
  };
}

/** Outlines of a layer that answer to the pointer. */
function pick(mapOf, ready, layer, callback) {
  const names = ["pick-fill", "pick-hover", "pick-line", "pick-chosen"];
  let stopped = false;
  let chosen = [];
  const same = (ids) => ["in", ["to-string", ["get", layer.id_field]], ["literal", ids.length ? ids : [""]]];
  const found = (event) => mapOf().queryRenderedFeatures(event.point, { layers: ["pick-fill"] })[0]?.properties;
  const hover = (event) => {
    const properties = found(event);
    mapOf().getCanvas().style.cursor = properties ? "pointer" : "";
    mapOf().setFilter("pick-hover", same(properties ? [String(properties[layer.id_field])] : []));
  };
  const click = (event) => {
    const properties = found(event);
    if (!properties) return;
    const id = String(properties[layer.id_field]);
    callback({ id, name: String(properties[layer.title_field] ?? id) });
  };
  ready.then((map) => {
    if (!map || stopped) return;
    map.addSource("pick", { type: "vector", tiles: [localised(`/collections/${layer.id}/tiles/WebMercatorQuad/{z}/{y}/{x}?f=mvt`)], bounds: layer.bbox, maxzoom: 16 });
    const base = { source: "pick", "source-layer": layer.id };
    map.addLayer({ id: "pick-fill", type: "fill", ...base, paint: { "fill-color": "#1b4b7a", "fill-opacity": 0.03 } });
    map.addLayer({ id: "pick-hover", type: "fill", ...base, filter: same([]), paint: { "fill-color": "#1b4b7a", "fill-opacity": 0.2 } });
    map.addLayer({ id: "pick-chosen", type: "fill", ...base, filter: same(chosen), paint: { "fill-color": "#1b4b7a", "fill-opacity": 0.25 } });
    map.addLayer({ id: "pick-line", type: "line", ...base, paint: { "line-color": "#1b4b7a", "line-width": 1.2 } });
    map.on("mousemove", hover);
    map.on("click", click);
  });
  return {
    choose(ids) {
      chosen = ids.map(String);
      if (mapOf()?.getLayer("pick-chosen")) mapOf().setFilter("pick-chosen", same(chosen));
    },
    stop() {
      stopped = true;
      const map = mapOf();
      if (!map?.getSource("pick")) return;
      map.off("mousemove", hover);
      map.off("click", click);
      map.getCanvas().style.cursor = "";
      names.forEach((name) => map.getLayer(name) && map.removeLayer(name));
      map.removeSource("pick");
    },
  };
}
