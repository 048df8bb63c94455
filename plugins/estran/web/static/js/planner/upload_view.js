// What a file holds, as the panel shows it: its layers, its coordinates, what is wrong with it and the ways out.

import { make } from "../dom.js";
import { say } from "../text.js";
import { area } from "./describe.js";
import { note } from "./live.js";

const KINDS = { info: "info", warning: "warn", error: "error" };

/** « Quelle couche est le projet ? », each with what it holds; nothing when there is one. */
export function renderLayers({ layers, layer }, onChoose) {
  if (layers.length < 2) return make("p", { class: "upload-only" }, make("strong", {}, layers[0].name), " ", make("span", { class: "muted" }, heldBy(layers[0])));
  return make(
    "fieldset",
    { class: "upload-layers" },
    make("legend", {}, say("Which layer is the project?")),
    layers.map((each, index) =>
      make(
        "label",
        { class: "check" },
        make("input", { type: "radio", name: "upload-layer", value: each.name, checked: each.name === layer, "data-key": `upload-layer-${index}`, onchange: () => onChoose(each.name) }),
        make("span", {}, make("span", { class: "upload-layer" }, each.name), " ", make("span", { class: "muted" }, heldBy(each))),
      ),
    ),
  );
}

/** « 12 surfaces · 4,2 ha · Lambert-93 ». */
function heldBy({ polygons, lines, points, area_ha, crs }) {
  const counts = [
    [polygons, say("1 surface"), say("{count} surfaces", { count: polygons })],
    [lines, say("1 line"), say("{count} lines", { count: lines })],
    [points, say("1 point"), say("{count} points", { count: points })],
  ];
  const held = counts.filter(([count]) => count).map(([count, one, many]) => (count === 1 ? one : many));
  return [...(held.length ? held : [say("nothing drawn")]), area_ha ? area(area_ha) : null, crs?.name ?? say("no coordinate system")].filter(Boolean).join(" · ");
}

/** The system of coordinates, and how to name another one. */
export function renderSystem({ crs, systems, questions }, { open, onOpen, onChoose }) {
  const asks = open || (questions.includes("crs") && !crs.code);
  if (!asks) {
    const guess = crs.source === "guess" ? say("to be confirmed") : "";
    return make(
      "p",
      { class: "small upload-system" },
      `${say("Coordinates:")} ${[crs.name, crs.swapped ? say("x and y swapped") : "", guess].filter(Boolean).join(" · ")} `,
      make("button", { type: "button", class: "small-button", "data-key": "upload-system", onclick: onOpen }, say("Change the system")),
    );
  }
  const listed = systems.some(({ code }) => code === crs.code) || !crs.code || crs.source === "guess" ? systems : [{ code: crs.code, name: crs.name }, ...systems];
  const select = make("select", { id: "upload-crs", "data-key": "upload-crs", onchange: (event) => event.target.value && onChoose(event.target.value) }, make("option", { value: "" }, say("Choose…")), listed.map(({ code, name }) => make("option", { value: code, selected: code === crs.code && crs.source !== "guess" }, name)));
  return make("div", { class: "field" }, make("label", { for: "upload-crs" }, say("Which coordinate system is the file in?")), select, make("p", { class: "hint" }, say("The person who made the file knows it; in France, plans are most often in Lambert-93 or in one of the nine CC zones.")));
}

/** What is wrong and what can be done: the notices of an answer. */
export function renderNotices(notices, onAction) {
  const first = { error: 0, warning: 1, info: 2 };
  return [...notices]
    .sort((one, other) => first[one.level] - first[other.level])
    .map((told) => note(KINDS[told.level], told.message, told.actions.map((action) => [action.label, () => onAction(action, told)])));
}

/** Why a file was not read. */
export function renderRefusal(refusal, onAction, onRetry) {
  const actions = refusal.actions.map((action) => [action.label, () => onAction(action, null)]);
  return note("error", refusal.message, refusal.retry ? [[say("Try again"), onRetry], ...actions] : actions);
}

/** The file on its way: how much was sent, then that it is read. */
export function renderProgress(share, onCancel) {
  const bar = make("progress", share === null ? { "aria-label": say("Reading the file…") } : { max: 1, value: share, "aria-label": say("Sending…") });
  const text = share === null ? say("Reading the file…") : `${say("Sending…")} ${Math.round(share * 100)}\u00a0%`;
  return make("div", { class: "upload-progress" }, make("p", { role: "status" }, text), bar, make("button", { type: "button", class: "small-button", "data-key": "upload-cancel", onclick: onCancel }, say("Cancel")));
}
