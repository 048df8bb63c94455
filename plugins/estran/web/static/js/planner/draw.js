// Drawing with the pointer: a new outline, the vertices of one that is there, points that snap to what is on the map.

import { load } from "../engine.js";
import { takeFirst } from "./view.js";

const HOME = new URL("../../vendor/", import.meta.url).href;
const SCRIPTS = ["terra-draw-1.35.0/terra-draw.umd.js", "terra-draw-maplibre-gl-adapter-1.4.1/terra-draw-maplibre-gl-adapter.umd.js"];
const SNAP_PX = 14;
const SNAP_ZOOM = 13;
const INK = "#1b2730";
const ACCENT = "#1b4b7a";
let loading = null;

function loadTools() {
  loading ??= SCRIPTS.reduce((before, path) => before.then(() => addScript(HOME + path)), load().then(() => undefined));
  return loading;
}

function addScript(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve();
    script.onerror = () => reject(new Error("drawing tools"));
    document.head.append(script);
  });
}

/**
 * The drawing tools of a map, loaded at their first use.
 * @param {object} map The MapLibre map.
 * @param {object} options
 * @param {(geometry: object) => void} options.onDrawn A new outline is closed.
 * @param {(geometry: object) => void} options.onEdited A vertex was moved, added or deleted.
 * @param {(vertices: number) => void} [options.onVertex] A vertex was put while drawing.
 * @returns {Promise<{ draw: () => void, edit: (geometry: object) => boolean, stop: () => void, close: () => void, snap: (on: boolean) => void, mode: () => "draw"|"edit"|"none" }>}
 */
export async function openDraw(map, { onDrawn, onEdited, onVertex = () => {} }) {
  await loadTools();
  const { TerraDraw, TerraDrawPolygonMode, TerraDrawSelectMode, TerraDrawModeUndoRedo } = window.terraDraw;
  const { TerraDrawMapLibreGLAdapter } = window.terraDrawMaplibreGlAdapter;
  const coarse = matchMedia("(pointer: coarse)").matches;
  const handle = coarse ? 11 : 8;
  let snapping = true;
  let mode = "none";
  const toCustom = (event) => (snapping && map.getZoom() >= SNAP_ZOOM ? nearest(map, event) : undefined);
  const polygon = new TerraDrawPolygonMode({
    pointerDistance: coarse ? 44 : 24,
    snapping: { toCustom },
    showCoordinatePoints: true,
    styles: {
      fillColor: INK, fillOpacity: 0.08, outlineColor: INK, outlineWidth: 3,
      closingPointColor: ACCENT, closingPointWidth: handle, closingPointOutlineColor: "#ffffff", closingPointOutlineWidth: 2,
      snappingPointColor: "#9c3a0b", snappingPointWidth: 7, snappingPointOutlineColor: "#ffffff", snappingPointOutlineWidth: 2,
      coordinatePointColor: INK, coordinatePointWidth: 5, coordinatePointOutlineColor: "#ffffff", coordinatePointOutlineWidth: 2,
    },
  });
  const select = new TerraDrawSelectMode({
    pointerDistance: coarse ? 44 : 24,
    allowManualDeselection: false,
    keyEvents: { deselect: null, delete: null, rotate: null, scale: null },
    flags: { polygon: { feature: { draggable: true, selfIntersectable: true, coordinates: { draggable: true, midpoints: true, deletable: true, snappable: { toCustom } } } } },
    styles: {
      selectedPolygonColor: INK, selectedPolygonFillOpacity: 0.08, selectedPolygonOutlineColor: INK, selectedPolygonOutlineWidth: 3,
      selectionPointColor: ACCENT, selectionPointWidth: handle, selectionPointOutlineColor: "#ffffff", selectionPointOutlineWidth: 3,
      midPointColor: "#ffffff", midPointWidth: handle - 3, midPointOutlineColor: ACCENT, midPointOutlineWidth: 2,
    },
  });
  const tool = new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: 9 }),
    modes: [polygon, select],
    ...(TerraDrawModeUndoRedo ? { undoRedo: { modeLevel: new TerraDrawModeUndoRedo() } } : {}),
  });
  tool.start();
  tool.setMode("static");
  tool.on("finish", (id, { action }) => {
    const geometry = structuredClone(tool.getSnapshotFeature(id)?.geometry);
    if (!geometry) return;
    if (mode === "draw" && action === "draw") {
      stop();
      onDrawn(geometry);
    } else if (mode === "edit") onEdited(geometry);
  });
  tool.on("change", (_ids, type) => {
    if (mode !== "draw" || type === "delete") return;
    const drawn = tool.getSnapshot().find(({ geometry }) => geometry.type === "Polygon");
    if (drawn) onVertex(Math.max(0, drawn.geometry.coordinates[0].length - 2));
  });
  for (const action of ["undo", "redo"]) {
    takeFirst(action, () => {
      if (mode !== "draw" || !tool[action === "undo" ? "canUndo" : "canRedo"]?.()) return false;
      tool[action]();
      return true;
    });
  }

  function stop() {
    mode = "none";
    tool.setMode("static");
    tool.clear();
  }

  return {
    draw() {
      stop();
      mode = "draw";
      tool.setMode("polygon");
      map.getCanvas().focus();
    },
    edit(geometry) {
      stop();
      if (geometry.type !== "Polygon" || geometry.coordinates.length > 1) return false;
      const feature = { type: "Feature", properties: { mode: "polygon" }, geometry: rounded(geometry) };
      const [added] = tool.addFeatures([feature]);
      if (!added?.valid) return false;
      mode = "edit";
      tool.setMode("select");
      tool.selectFeature(added.id);
      return true;
    },
    stop,
    close() {
      const canvas = map.getCanvas();
      for (const type of ["keydown", "keyup"]) canvas.dispatchEvent(new KeyboardEvent(type, { key: "Enter", bubbles: true }));
    },
    snap(on) {
      snapping = on;
    },
    mode: () => mode,
  };
}

/** The tool takes nine decimals at most. */
function rounded(geometry) {
  return { ...geometry, coordinates: geometry.coordinates.map((ring) => ring.map(([x, y]) => [Number(x.toFixed(9)), Number(y.toFixed(9))])) };
}

/** The vertex, else the point of an edge, that is near the pointer in what the map shows. */
function nearest(map, { containerX, containerY }) {
  const box = [[containerX - SNAP_PX, containerY - SNAP_PX], [containerX + SNAP_PX, containerY + SNAP_PX]];
  const layers = map.getStyle().layers.filter(({ id, type }) => /^(shown-|pick-|base-|theme-)/.test(id) && ["fill", "line"].includes(type)).map(({ id }) => id);
  const here = { x: containerX, y: containerY };
  let vertex = null;
  let edge = null;
  for (const { geometry } of map.queryRenderedFeatures(box, { layers })) {
    for (const line of linesOf(geometry)) {
      let before = null;
      for (const position of line) {
        const point = map.project(position);
        const distance = Math.hypot(point.x - here.x, point.y - here.y);
        if (distance < SNAP_PX && distance < (vertex?.distance ?? Infinity)) vertex = { distance, position };
        if (before) {
          const foot = footOf(here, before, point);
          const away = Math.hypot(foot.x - here.x, foot.y - here.y);
          if (away < SNAP_PX / 2 && away < (edge?.distance ?? Infinity)) edge = { distance: away, foot };
        }
        before = point;
      }
    }
  }
  if (vertex) return rounded({ coordinates: [[vertex.position]] }).coordinates[0][0];
  if (!edge) return undefined;
  const { lng, lat } = map.unproject([edge.foot.x, edge.foot.y]);
  return [Number(lng.toFixed(9)), Number(lat.toFixed(9))];
}

function footOf(point, one, other) {
  const [dx, dy] = [other.x - one.x, other.y - one.y];
  const length = dx * dx + dy * dy;
  const share = length ? Math.max(0, Math.min(1, ((point.x - one.x) * dx + (point.y - one.y) * dy) / length)) : 0;
  return { x: one.x + share * dx, y: one.y + share * dy };
}

function linesOf({ type, coordinates }) {
  if (type === "Polygon" || type === "MultiLineString") return coordinates;
  if (type === "MultiPolygon") return coordinates.flat();
  return type === "LineString" ? [coordinates] : [];
}
