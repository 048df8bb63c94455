// The map beside the panel: its tools, its layers panel, and the place of the project kept in step with the state.

import { data, draw as svg, make } from "../dom.js";
import { say } from "../text.js";
import { boxOf } from "./geo.js";
import { announce } from "./live.js";
import { openMap } from "./map.js";
import { act } from "./project.js";
import * as references from "./references.js";
import * as state from "./state.js";
import { onStep } from "./steps.js";

const ICONS = {
  draw: "M4 8 12 3l8 6-3 11H6z",
  edit: "M4 20l1-4L16 5l3 3L8 19z",
  snap: "M12 3v5M12 16v5M3 12h5M16 12h5M12 12h.01",
  stop: "M6 6l12 12M18 6 6 18",
  undo: "M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
  redo: "m15 14 5-5-5-5M20 9H10a6 6 0 0 0 0 12h3",
  layers: "M12 3 3 8l9 5 9-5zM3 12l9 5 9-5M3 16l9 5 9-5",
};

const TINY_PX = 50;
const listeners = new Set();
let opening = null;

/** Be told what the tools do: "drawn", "edited", "editing", "stopped"; the map need not be open yet. */
export function onTool(listener) {
  listeners.add(listener);
}

/**
 * The map of the page, opened at its first use.
 * @returns {Promise<{ map: import("./map.js").PlannerMap, draw: () => Promise<void>, edit: (index: number) => Promise<boolean>, stop: () => void, pick: (collection: string, callback: (found: { id: string, name: string }) => void) => { choose: (ids: string[]) => void, stop: () => void }, editing: () => number|null }>}
 */
export function theMap() {
  opening ??= start(document.querySelector("[data-map-frame]"));
  return opening;
}

async function start(frame) {
  const canvas = make("div", { class: "map-canvas" }, make("p", { class: "map-wait" }, say("The map is loading…")));
  const tip = make("p", { class: "map-tip", hidden: true });
  frame.replaceChildren(canvas, tip);
  const map = openMap(canvas);
  const engine = await map.ready.catch(() => null);
  if (!engine) {
    frame.replaceChildren(fallback());
    return idle(map);
  }
  const tell = (event) => listeners.forEach((listener) => listener(event));
  let tools = null;
  let editing = null;
  let held = null;
  let picking = null;
  let fitted = null;
  let placed = null;

  const buttons = {
    draw: button("draw", say("Draw an outline"), () => side.draw()),
    edit: button("edit", say("Edit the vertices"), () => side.edit(Math.max(0, (state.variant().place?.features?.length ?? 0) - 1))),
    snap: button("snap", say("Snap to what is on the map"), () => setSnap(buttons.snap.getAttribute("aria-pressed") !== "true")),
    undo: button("undo", say("Undo"), () => act("undo")),
    redo: button("redo", say("Redo"), () => act("redo")),
    stop: button("stop", say("Leave the tool"), () => side.stop()),
  };
  buttons.snap.setAttribute("aria-pressed", "true");
  const panel = map.layers().element;
  panel.hidden = true;
  const layers = button("layers", say("Layers"), () => {
    panel.hidden = !panel.hidden;
    layers.setAttribute("aria-expanded", String(!panel.hidden));
  });
  layers.append(make("span", { class: "tool-name" }, say("Layers")));
  layers.setAttribute("aria-expanded", "false");
  frame.append(make("div", { class: "map-tools", role: "group", "aria-label": say("Map tools") }, Object.values(buttons), layers), panel, map.layers().sources);
  buttons.stop.hidden = true;

  async function toolbox() {
    tools ??= import("./draw.js").then(({ openDraw }) => openDraw(engine, {
      onDrawn: (geometry) => {
        leave();
        tell({ kind: "drawn", geometry });
      },
      onEdited: (geometry) => {
        held = JSON.stringify(geometry);
        tell({ kind: "edited", index: editing, geometry });
      },
      onVertex: (count) => count > 0 && announce(say("{count} vertices", { count })),
    }));
    return tools;
  }

  async function setSnap(on) {
    buttons.snap.setAttribute("aria-pressed", String(on));
    (await toolbox()).snap(on);
    announce(on ? say("Snapping is on") : say("Snapping is off"));
  }

  function enter(name, text) {
    tip.textContent = text;
    tip.hidden = false;
    buttons.stop.hidden = false;
    for (const each of ["draw", "edit"]) buttons[each].setAttribute("aria-pressed", String(each === name));
    announce(text);
  }

  function leave() {
    tip.hidden = true;
    buttons.stop.hidden = true;
    for (const each of ["draw", "edit"]) buttons[each].removeAttribute("aria-pressed");
    editing = null;
    showPlace();
  }

  const side = {
    map,
    async draw() {
      side.stop();
      const box = await toolbox();
      box.draw();
      enter("draw", say("Click each corner; click the first one again, or press Enter, to close the outline. Esc: leave."));
    },
    async edit(index) {
      side.stop();
      const feature = state.variant().place?.features?.[index];
      if (!feature) return false;
      const box = await toolbox();
      editing = index;
      showPlace();
      if (!box.edit(feature.geometry)) {
        editing = null;
        showPlace();
        return false;
      }
      held = JSON.stringify(feature.geometry);
      const around = boxOf([feature]);
      if (!seen(around)) map.fit(around);
      enter("edit", say("Drag a vertex; drag the middle of an edge to add one; right-click to delete one. Esc: leave."));
      tell({ kind: "editing", index });
      return true;
    },
    stop() {
      const was = editing;
      picking?.stop();
      picking = null;
      tools?.then((box) => box.stop());
      leave();
      if (was !== null) tell({ kind: "stopped" });
    },
    pick(collection, callback) {
      side.stop();
      picking = map.pick(collection, callback);
      enter("pick", say("Click the areas to choose; click again to take one away."));
      return picking;
    },
    editing: () => editing,
  };

  /** Whether a box is wholly in view. */
  function seen([west, south, east, north]) {
    const bounds = engine.getBounds();
    return bounds.contains([west, south]) && bounds.contains([east, north]);
  }

  /** Whether a box is too small on the screen to be made out. */
  function tiny([west, south, east, north]) {
    const [one, other] = [engine.project([west, south]), engine.project([east, north])];
    return Math.hypot(one.x - other.x, one.y - other.y) < TINY_PX;
  }

  async function showPlace() {
    const { place } = state.variant();
    const features = place?.features ?? [];
    const drawn = features.map((feature, index) => ({ ...feature, id: index, properties: { ...feature.properties, id: index } })).filter((_feature, index) => index !== editing);
    map.show("parts", { type: "FeatureCollection", features: drawn }, "after");
    const chosen = place?.reference ? await references.read(place.reference) : [];
    if (state.variant().place !== place) return;
    map.show("reference", { type: "FeatureCollection", features: chosen }, "outline");
    const box = boxOf([...features, ...chosen]);
    placed = box;
    const name = JSON.stringify(box);
    if (box && name !== fitted && editing === null && !picking) {
      if (fitted === null || !seen(box) || tiny(box)) map.fit(box);
    }
    fitted = name;
  }

  frame.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (!buttons.stop.hidden) side.stop();
    else document.querySelector("#content").focus();
  });
  state.subscribe(async () => {
    const index = editing;
    const feature = state.variant().place?.features?.[index];
    if (index !== null && JSON.stringify(feature?.geometry) !== held) {
      const box = await toolbox();
      if (feature && box.edit(feature.geometry)) held = JSON.stringify(feature.geometry);
      else side.stop();
    }
    showPlace();
  });
  onStep(({ step }) => {
    if (step !== "resultat" || !placed) return;
    requestAnimationFrame(() => map.fit(placed));
  });
  showPlace();
  return side;
}

function button(name, label, action) {
  const icon = svg("svg", { viewBox: "0 0 24 24", width: 20, height: 20, "aria-hidden": "true", fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round", "stroke-linejoin": "round" }, svg("path", { d: ICONS[name] }));
  const made = make("button", { type: "button", class: "tool", title: label, onclick: action }, icon);
  if (name !== "layers") made.setAttribute("aria-label", label);
  return made;
}

/** Without a map engine: the picture that the server draws, and the way that remains. */
function fallback() {
  const root = document.querySelector('meta[name="estran-base"]').dataset.root ?? "";
  const communes = data("planner").layers.find(({ role }) => role === "communes");
  const picture = communes ? make("img", { src: `${root}/collections/${communes.id}/map?f=png&width=900`, alt: say("Map of the communes") }) : null;
  return make("div", { class: "map-none" }, make("p", { class: "note info" }, say("This browser cannot draw the map. Search for a place, drop a file or type coordinates.")), picture);
}

function idle(map) {
  const none = async () => false;
  return { map, draw: none, edit: none, stop: () => {}, pick: () => ({ choose: () => {}, stop: () => {} }), editing: () => null };
}
