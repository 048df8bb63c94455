// Step 1, the place: search, draw, drop, choose, type; the list of parts; what is there today; what is wrong.

import { data, make } from "../dom.js";
import { plain, say } from "../text.js";
import { area, coverLine, describe, wetlandLine } from "./describe.js";
import { renderCoordinates } from "./coordinates.js";
import { areaHa, boxDistanceKm, boxesMeet, boxOf, crossings, untangled } from "./geo.js";
import { announce, note } from "./live.js";
import { onTool, theMap } from "./mapside.js";
import { addPart, changePart, partName, renderParts } from "./parts.js";
import { renderPick } from "./picking.js";
import { layerTitle, read } from "./references.js";
import { renderSearch } from "./search.js";
import * as state from "./state.js";
import { go } from "./steps.js";
import { wantView } from "./view.js";

const WAIT_MS = 600;
const PROJECT = ["project-impact", "compare-scenarios"];
const described = new Map();
const names = new WeakMap();
const pending = new Set();
const opened = new Set();
let root = null;
let timer = null;

/** Fill the panel of step 1. */
export function renderPlace(element) {
  root = {
    tools: make("div", { class: "place-tools" }),
    extra: make("div", { class: "place-extra" }),
    body: make("div", { class: "place-body" }),
    next: make("div", { class: "place-next" }),
  };
  const search = make("div");
  element.replaceChildren(search, root.tools, root.extra, root.body, root.next);
  renderSearch(search);
  root.tools.append(
    make("button", { type: "button", onclick: () => begin("draw") }, say("Draw an outline")),
    make("button", { type: "button", onclick: () => begin("upload") }, say("Drop a file")),
    make("button", { type: "button", onclick: () => begin("pick") }, say("Choose an area")),
    make("button", { type: "button", onclick: () => begin("type") }, say("Type coordinates")),
  );
  state.subscribe(() => refresh());
  document.addEventListener("planner:parts", () => refresh());
  onTool(follow);
  refresh();
}

/** Begin to give a place. @param {"draw"|"upload"|"pick"|"type"} way */
export async function begin(way) {
  await ready();
  if (way === "draw") {
    wantView("carte");
    await (await theMap()).draw();
  } else if (way === "upload") await chooseFile();
  else if (way === "pick") renderPick(root.extra);
  else renderCoordinates(root.extra, (geometry) => addPart(geometry));
}

async function ready() {
  while (!root) await new Promise((resolve) => setTimeout(resolve, 20));
}

function follow(event) {
  if (event.kind === "drawn") {
    addPart(event.geometry);
    wantView("formulaire");
  } else if (event.kind === "edited") {
    changePart(say("Outline changed"), event.index, (draft) => (draft.geometry = event.geometry));
    announce(say("Outline changed, {area}", { area: area(areaHa(event.geometry)) }));
  } else if (event.kind === "editing") {
    opened.clear();
    opened.add(event.index);
    refresh();
  } else if (event.kind === "stopped") {
    opened.clear();
    refresh();
  }
}

function chooseFile() {
  const input = make("input", { type: "file", accept: ".geojson,.json,.gpkg,.zip,.kml,.kmz,.dxf,.gpx,.shp,.shx,.dbf,.prj,.cpg", multiple: true });
  input.addEventListener("change", () => input.files.length && uploaded([...input.files]));
  input.click();
}

/** Read files that were chosen or dropped, and take the place that comes out of them. @param {File[]} files */
export async function uploaded(files) {
  await ready();
  if (document.body.dataset.step !== "lieu") go("lieu", { question: state.get().question });
  const { upload } = await import("./upload.js");
  const place = await upload(files, { element: root.extra });
  if (!place) return;
  state.change(say("File read: {name}", { name: files[0].name }), (draft) => (draft.variants[draft.current].place = place));
}

/** What a geometry is called in `described`: equal coordinates, equal name. */
function nameOf(geometry) {
  if (!names.has(geometry)) names.set(geometry, JSON.stringify(geometry.coordinates));
  return names.get(geometry);
}

/** The true area as the server has it, else as it is computed here. */
function haOf(feature) {
  const ha = knownOf(feature)?.ha;
  return Number.isFinite(ha) ? ha : areaHa(feature.geometry);
}

const knownOf = ({ geometry }) => described.get(nameOf(geometry));

/** Write the panel again, and read what is there today once the hand has stopped. */
function refresh() {
  if (!root) return;
  const { place } = state.variant();
  const focused = document.activeElement?.dataset?.key;
  const selection = document.activeElement?.selectionStart;
  root.body.replaceChildren(...(state.hasPlace(place) ? (place.reference ? reference(place.reference) : parts(place.features)) : [empty()]));
  next(place);
  if (focused) {
    const again = root.body.querySelector(`[data-key="${focused}"]`);
    again?.focus({ preventScroll: true });
    if (again?.matches("input[type=text]") && Number.isInteger(selection)) again.setSelectionRange(selection, selection);
  }
  clearTimeout(timer);
  timer = setTimeout(look, WAIT_MS);
}

function empty() {
  return make("p", { class: "note" }, say("No outline for now. Draw, drop a file or choose a commune."));
}

function parts(features) {
  const problems = new Map();
  const marks = [];
  features.forEach((feature, index) => problems.set(index, problemsOf(feature, index, marks)));
  showMarks(marks);
  const withAfter = PROJECT.includes(state.get().question);
  const total = features.reduce((sum, feature) => sum + haOf(feature), 0);
  return [
    renderParts(features, { knownOf, problems, opened, withAfter }),
    features.length > 1 ? make("p", { class: "part-total" }, say("In all: {area}", { area: area(total) })) : null,
    overlap(features, total),
    make("p", {}, make("button", { type: "button", class: "small-button", onclick: () => begin("draw") }, say("+ Add a part")), " ", make("button", { type: "button", class: "small-button", onclick: () => begin("upload") }, say("+ Drop a file"))),
  ].filter(Boolean);
}

/** What is wrong with a part, in the words of the page, with what to do. */
function problemsOf(feature, index, marks) {
  const found = [];
  const points = crossings(feature.geometry);
  if (points.length) {
    points.forEach((point) => marks.push(point));
    const repaired = untangled(feature.geometry);
    const fixed = repaired ? ` ${say("Repaired: area {area}.", { area: area(areaHa(repaired)) })}` : "";
    const text = points.length === 1 ? say("The outline crosses itself in 1 place (numbered on the map).") : say("The outline crosses itself in {count} places (numbered on the map).", { count: points.length });
    const accept = [say("Accept"), () => changePart(say("Outline repaired"), index, (draft) => (draft.geometry = repaired))];
    found.push(note("warn", text + fixed, [...(repaired ? [accept] : []), [say("Correct"), async () => (await theMap()).edit(index)]]));
  }
  const box = boxOf([feature]);
  const known = knownOf(feature);
  const km = box ? boxDistanceKm(box, data("planner").bbox) : 0;
  if (km > 0.5) found.push(note("error", say("This outline is {distance} km from the territory covered. Check the coordinate system, or use the server of that territory.", { distance: plain(km, km < 10 ? 1 : 0) })));
  else if (known && known.inside < 0.995) found.push(note("warn", outside(known.inside)));
  if (known?.failed && !points.length && km <= 0.5) found.push(note("error", known.failed));
  return found;
}

const outside = (inside) => say("This outline leaves the territory covered ({share} % covered). The result is about the part that is covered only.", { share: plain(inside * 100, 0) });

/** Parts that lie on each other: each square metre counts once. */
function overlap(features, total) {
  const whole = described.get(togetherOf(features));
  if (!Number.isFinite(whole?.ha)) return null;
  const lost = total - whole.ha;
  if (lost < Math.max(0.001, total * 1e-4)) return null;
  const pair = meeting(features);
  const keep = (index, other) => [say("Keep “{name}”", { name: partName(features[index], index) }), () => drop(other)];
  const drop = (index) => state.change(say("Outline deleted"), (draft) => draft.variants[draft.current].place.features.splice(index, 1));
  return note("warn", say("Two parts overlap on {area}. Each square metre counts once: which one to keep?", { area: area(lost) }), pair ? [keep(pair[0], pair[1]), keep(pair[1], pair[0])] : []);
}

function meeting(features) {
  const boxes = features.map((feature) => boxOf([feature]));
  for (let i = 0; i < boxes.length; i += 1) for (let j = i + 1; j < boxes.length; j += 1) if (boxes[i] && boxes[j] && boxesMeet(boxes[i], boxes[j])) return [i, j];
  return null;
}

function reference({ collection, ids, label }) {
  const known = described.get(JSON.stringify([collection, ids]));
  const title = ids.length > 1 ? say("{count} areas chosen", { count: ids.length }) : label;
  return [
    make(
      "div",
      { class: "part" },
      make("div", { class: "part-head" }, make("strong", {}, title), make("span", { class: "part-area number" }, known ? area(known.ha) : "")),
      make("p", { class: "small muted" }, `${layerTitle(collection)}${ids.length > 1 ? ` : ${label}` : ""}`),
      make("p", { class: "part-line" }, make("span", { class: "part-word" }, say("today:")), " ", known ? (known.failed ?? coverLine(known.cover)) : say("reading…")),
      known?.wetlands?.length ? note("info", say("Wetlands: {list}", { list: wetlandLine(known.wetlands) })) : null,
      make(
        "p",
        { class: "part-tools" },
        make("button", { type: "button", class: "small-button", "data-key": "choose-more", onclick: () => renderPick(root.extra, collection) }, say("Choose others")),
        make("button", { type: "button", class: "small-button", "data-key": "to-parts", onclick: toParts }, say("Make it an outline to edit")),
        make("button", { type: "button", class: "small-button", "data-key": "drop", onclick: () => state.change(say("Place removed"), (draft) => (draft.variants[draft.current].place = null)) }, say("Delete")),
      ),
    ),
  ];
}

async function toParts() {
  const found = await read(state.variant().place.reference);
  if (!found.length) return;
  state.change(say("Area made an outline"), (draft) => {
    draft.variants[draft.current].place = { features: found.map(({ properties, geometry }) => ({ type: "Feature", properties: { name: properties.name }, geometry })) };
  });
}

function next(place) {
  const filled = state.hasPlace(place);
  const { question } = state.get();
  const form = make("button", { type: "button", class: filled ? "primary" : "", disabled: !filled, onclick: () => go("projet", { question }) }, PROJECT.includes(question) ? say("Describe the project") : say("Go on"));
  const result = make("button", { type: "button", disabled: !filled, onclick: () => go("resultat", { question }) }, say("See the result at once"));
  root.next.replaceChildren(make("p", { class: "actions" }, form, result));
}

/** Read what is there today: each part once, then all of them together when they may overlap. */
async function look() {
  const { place } = state.variant();
  if (!state.hasPlace(place)) return;
  if (place.reference) {
    const { collection, ids } = place.reference;
    await know(JSON.stringify([collection, ids]), { collection, ids: [...ids] });
    return;
  }
  const sound = place.features.filter(({ geometry }) => !crossings(geometry).length);
  for (const { geometry } of sound) await know(nameOf(geometry), geometry);
  if (meeting(sound)) await know(togetherOf(sound), { type: "FeatureCollection", features: bare(sound) });
}

/** Describe what is not known yet, then write the panel again. */
async function know(name, geometry) {
  if (described.has(name) || pending.has(name)) return;
  pending.add(name);
  try {
    described.set(name, await describe(structuredClone(geometry)));
  } catch (error) {
    described.set(name, { ha: NaN, inside: 1, cover: [], wetlands: [], failed: error.detail ?? error.message });
  }
  pending.delete(name);
  refresh();
  const { ha } = described.get(name);
  if (Number.isFinite(ha)) announce(area(ha));
}

const togetherOf = (features) => features.map(({ geometry }) => nameOf(geometry)).join();

/** Features without their class afterwards: what is there today does not depend on it. */
const bare = (features) => features.map(({ geometry }) => ({ type: "Feature", properties: {}, geometry }));

async function showMarks(points) {
  if (!document.querySelector(".map-canvas")) return;
  const { map } = await theMap();
  if (!points.length) map.hide("crossings");
  else map.show("crossings", { type: "FeatureCollection", features: points.map((coordinates, index) => ({ type: "Feature", properties: { number: index + 1 }, geometry: { type: "Point", coordinates } })) }, "marks");
}
