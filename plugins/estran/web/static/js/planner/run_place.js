// The place of a process page: a commune, an outline or a line drawn on the map, or what the JSON says.

import { data, make } from "../dom.js";
import { language, say } from "../text.js";
import { writeNumber } from "./fields_number.js";
import { areaHa, boxOf } from "./geo.js";
import { openMap } from "./map.js";
import { drawLine, lengthKm, pointOn } from "./run_line.js";

const root = document.querySelector('meta[name="estran-base"]')?.dataset.root ?? "";

/**
 * Draw the fields of a place.
 * @param {HTMLElement} element
 * @param {object} options
 * @param {boolean} options.lines Whether the process takes a line and not a surface.
 * @param {boolean} options.required
 * @param {() => void} options.onChange
 */
export function placeInput(element, { lines, required, onChange }) {
  let geometry = null;
  let crs = null;
  let features = [];
  let tools = null;
  let stopDrawing = null;
  const planner = data("planner");
  const select = make("select", { id: "commune" }, make("option", { value: "" }, say("Choose…")), (planner?.communes ?? []).map(([id, name]) => make("option", { value: id }, name)));
  const told = make("p", { class: "place-said", role: "status" });
  const problem = make("p", { class: "problem", role: "alert", hidden: true });
  const frame = make("div", { class: "place-map", role: "region", "aria-label": say("Map") });
  const drawButton = make("button", { type: "button" }, lines ? say("Draw the trip") : say("Draw an outline"));
  const closeButton = make("button", { type: "button", hidden: true }, lines ? say("End the line") : say("Close the outline"));
  const clearButton = make("button", { type: "button", hidden: true }, say("Remove the place"));
  const ways = make("div", { class: "place-ways" }, planner ? [drawButton, closeButton] : null, clearButton);
  const communes = lines || !planner?.communes.length ? null : make("div", { class: "field" }, make("label", { for: "commune" }, say("A commune")), select);
  element.classList.add("process-form");
  element.append(...[communes, ways, told, problem, planner ? frame : null].filter(Boolean));
  const map = planner ? openMap(frame, { small: true }) : null;
  map?.ready.then((ready) => {
    if (ready) return;
    frame.hidden = true;
    drawButton.hidden = true;
  });

  select.addEventListener("change", () => take(select.value ? { collection: "communes", ids: [select.value] } : null));
  clearButton.addEventListener("click", () => take(null));
  drawButton.addEventListener("click", startDrawing);
  closeButton.addEventListener("click", () => (lines ? stopDrawing?.end() : tools?.close()));
  element.addEventListener("keydown", (event) => event.key === "Escape" && cancelDrawing());
  tell();

  async function startDrawing() {
    const ready = await map.ready;
    cancelDrawing();
    closeButton.hidden = false;
    told.textContent = lines ? say("Click each point of the trip, then “End the line”.") : say("Click each corner, then the first one again or “Close the outline”.");
    if (lines) {
      stopDrawing = drawLine(ready, map, { onDrawn: (line) => done(line) });
      return;
    }
    tools ??= await (await import("./draw.js")).openDraw(ready, { onDrawn: done, onEdited: done });
    tools.draw();
  }

  function done(drawn) {
    closeButton.hidden = true;
    stopDrawing = null;
    take(drawn);
  }

  function cancelDrawing() {
    if (closeButton.hidden) return;
    closeButton.hidden = true;
    stopDrawing?.cancel();
    stopDrawing = null;
    tools?.stop();
    tell();
  }

  async function take(next, system = null) {
    geometry = next;
    crs = system;
    features = await featuresOf(next, system);
    if (geometry !== next) return;
    if (next?.collection !== "communes") select.value = "";
    else select.value = next.ids?.length === 1 ? String(next.ids[0]) : "";
    complain("");
    tell();
    if (map && features.length) {
      map.show("place", { type: "FeatureCollection", features }, "outline");
      const box = lines ? boxOfLine(features) : boxOf(features);
      if (box) map.fit(box);
    } else map?.hide("place");
    onChange();
  }

  function tell() {
    clearButton.hidden = geometry === null;
    if (geometry === null) {
      told.textContent = lines ? say("No line yet: draw the trip, or fill the list of trips. The line is not kept.") : say("No outline yet. Draw one or choose a commune.");
      return;
    }
    if (lines) {
      told.textContent = say("Line of {length} km. It is not kept.", { length: writeNumber(Number(lengthKm(features).toFixed(2))) });
      return;
    }
    const area = areaOf();
    const names = features.map(({ properties }) => properties?.name ?? properties?.nom).filter(Boolean).join(", ");
    told.textContent = [names, area === null ? say("Place chosen") : say("{area} hectares", { area: writeNumber(Number(area.toFixed(area < 10 ? 2 : 0))) })].filter(Boolean).join(" · ");
  }

  function areaOf() {
    if (lines || crs !== null || !features.length) return null;
    return features.reduce((sum, feature) => sum + areaHa(feature.geometry), 0);
  }

  function complain(message) {
    problem.textContent = message;
    problem.hidden = !message;
  }

  return {
    geometry: () => geometry,
    system: () => crs,
    areaHa: areaOf,
    set: (next, system = null) => take(next ?? null, system ?? null),
    pickPoint: map ? () => pointOn(map, frame, told) : null,
    isReady() {
      const ready = geometry !== null || !required;
      complain(ready ? "" : say("No outline yet. Draw one or choose a commune."));
      if (!ready) (communes ? select : drawButton).focus();
      return ready;
    },
    showProblem({ where, detail }) {
      if (!/^(inputs\.)?(geometry|crs)/.test(where ?? "")) return false;
      complain(detail);
      element.scrollIntoView({ block: "nearest" });
      return true;
    },
  };
}

/** A way to pick a point for a page that has no map yet: one is opened in the element at its first use. */
export function pointPicker(element) {
  if (!data("planner")) return null;
  const told = make("p", { class: "place-said", role: "status" });
  const frame = make("div", { class: "place-map", role: "region", "aria-label": say("Map") });
  let map = null;
  return () => {
    if (!map) {
      element.append(told, frame);
      map = openMap(frame, { small: true });
    }
    return pointOn(map, frame, told);
  };
}

/** The features of a place, to draw them: those of a collection are asked to the server. */
async function featuresOf(geometry, system) {
  if (!geometry || system) return [];
  if (geometry.type === "FeatureCollection") return geometry.features;
  if (geometry.type === "Feature") return [geometry];
  if (geometry.type) return [{ type: "Feature", properties: {}, geometry }];
  const found = await Promise.all((geometry.ids ?? []).slice(0, 50).map((id) => item(geometry.collection, id)));
  return found.filter(Boolean);
}

async function item(collection, id) {
  const response = await fetch(`${root}/collections/${encodeURIComponent(collection)}/items/${encodeURIComponent(id)}?f=json&lang=${language}`).catch(() => null);
  return response?.ok ? response.json() : null;
}

function boxOfLine(features) {
  const positions = features.flatMap(({ geometry }) => (geometry?.type === "LineString" ? geometry.coordinates : (geometry?.coordinates?.flat() ?? [])));
  if (!positions.length) return null;
  const [xs, ys] = [positions.map(([x]) => x), positions.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
