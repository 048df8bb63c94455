// The map engine, loaded once, with our sober ground and our words.

import { language, say } from "./text.js";

const HOME = new URL("../vendor/maplibre-gl-5.24.1/", import.meta.url).href;
let loading = null;

/** The map engine, loaded at its first use. */
export function load() {
  loading ??= new Promise((resolve, reject) => {
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = `${HOME}maplibre-gl.css`;
    const script = document.createElement("script");
    script.src = `${HOME}maplibre-gl-csp.js`;
    script.onload = () => {
      window.maplibregl.setWorkerUrl(`${HOME}maplibre-gl-csp-worker.js`);
      resolve(window.maplibregl);
    };
    script.onerror = () => reject(new Error("map engine"));
    document.head.append(sheet, script);
  });
  return loading;
}

/** Whether this browser can draw with WebGL. */
export function canDraw() {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
}

/** A map over the communes, or null when the browser cannot draw it. */
export async function openMap(element, { bounds, ground }) {
  if (!canDraw()) return null;
  const maplibregl = await load();
  element.replaceChildren();
  const map = new maplibregl.Map({
    container: element,
    style: {
      version: 8,
      sources: {},
      layers: [{ id: "beyond", type: "background", paint: { "background-color": "#f6f4ef" } }],
    },
    bounds,
    fitBoundsOptions: { padding: 24, maxZoom: 16 },
    attributionControl: false,
    cooperativeGestures: true,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
    locale: words(),
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }));
  map.addControl(new maplibregl.FullscreenControl({ container: element.closest(".mapped") ?? element }));
  map.addControl(new maplibregl.ScaleControl({ maxWidth: 120 }));
  await new Promise((resolve) => map.once("load", resolve));
  if (ground) {
    map.addSource("ground", { type: "geojson", data: new URL(ground, location.href).href });
    map.addLayer({ id: "land", type: "fill", source: "ground", paint: { "fill-color": "#ffffff" } });
    map.addLayer({ id: "borders", type: "line", source: "ground", paint: { "line-color": "#a9b2b8", "line-width": 1 } });
  }
  return map;
}

/** The words of the map controls, in the language of the page. */
export function words() {
  if (language === "en") return {};
  return {
    "CooperativeGesturesHandler.WindowsHelpText": say("Ctrl + scroll to zoom the map"),
    "CooperativeGesturesHandler.MacHelpText": say("⌘ + scroll to zoom the map"),
    "CooperativeGesturesHandler.MobileHelpText": say("Two fingers to move the map"),
    "FullscreenControl.Enter": say("Full screen"),
    "FullscreenControl.Exit": say("Leave full screen"),
    "Map.Title": say("Map"),
    "NavigationControl.ZoomIn": say("Zoom in"),
    "NavigationControl.ZoomOut": say("Zoom out"),
    "ScaleControl.Kilometers": "km",
    "ScaleControl.Meters": "m",
  };
}
