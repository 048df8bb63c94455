// A line or a point given on the map, click by click.

import { say } from "../text.js";

const EARTH_KM = 6371.0088;
const RAD = Math.PI / 180;

/**
 * Draw a line: one click for each point, `end` or a double click to finish.
 * @param {object} map The MapLibre map.
 * @param {import("./map.js").PlannerMap} planner
 * @param {{ onDrawn: (geometry: object) => void }} options
 * @returns {{ end: () => void, cancel: () => void }}
 */
export function drawLine(map, planner, { onDrawn }) {
  const coordinates = [];
  const show = () => planner.show("place", { type: "FeatureCollection", features: coordinates.length > 1 ? [{ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: [...coordinates] } }] : [] }, "outline");
  const add = ({ lngLat }) => {
    const point = [Number(lngLat.lng.toFixed(6)), Number(lngLat.lat.toFixed(6))];
    if (String(point) !== String(coordinates.at(-1))) coordinates.push(point);
    planner.show("line-points", { type: "FeatureCollection", features: coordinates.map((position) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: position } })) }, "vertex");
    show();
  };
  const stop = () => {
    map.off("click", add);
    map.off("dblclick", end);
    map.doubleClickZoom.enable();
    map.getCanvas().style.cursor = "";
    planner.hide("line-points");
  };
  const end = () => {
    if (coordinates.length < 2) return;
    stop();
    onDrawn({ type: "LineString", coordinates });
  };
  map.doubleClickZoom.disable();
  map.getCanvas().style.cursor = "crosshair";
  map.on("click", add);
  map.on("dblclick", end);
  return { end, cancel: () => (stop(), planner.hide("place")) };
}

/** The point that the next click on the map gives; null when Escape is pressed. */
export async function pointOn(planner, frame, told) {
  const map = await planner.ready;
  if (!map) return null;
  frame.scrollIntoView({ block: "center" });
  const before = told.textContent;
  told.textContent = say("Click the place on the map. Escape to leave.");
  map.getCanvas().style.cursor = "crosshair";
  return new Promise((resolve) => {
    const finish = (point) => {
      map.off("click", click);
      document.removeEventListener("keydown", leave);
      map.getCanvas().style.cursor = "";
      told.textContent = before;
      resolve(point);
    };
    const click = ({ lngLat }) => finish([lngLat.lng, lngLat.lat]);
    const leave = (event) => event.key === "Escape" && finish(null);
    map.on("click", click);
    document.addEventListener("keydown", leave);
  });
}

/** Length of some lines on the sphere, in km, to be shown. */
export function lengthKm(features) {
  return features.reduce((sum, { geometry }) => sum + linesOf(geometry).reduce((whole, line) => whole + line.slice(1).reduce((length, point, index) => length + between(line[index], point), 0), 0), 0);
}

function linesOf(geometry) {
  if (geometry?.type === "LineString") return [geometry.coordinates];
  return geometry?.type === "MultiLineString" ? geometry.coordinates : [];
}

function between([x1, y1], [x2, y2]) {
  const half = Math.sin(((y2 - y1) * RAD) / 2) ** 2 + Math.cos(y1 * RAD) * Math.cos(y2 * RAD) * Math.sin(((x2 - x1) * RAD) / 2) ** 2;
  return 2 * EARTH_KM * Math.asin(Math.sqrt(half));
}
