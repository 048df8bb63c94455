// The project being written: one store, where every change can be undone and is kept in this browser.

import { data } from "../dom.js";
import { say } from "../text.js";
import * as store from "./store.js";

/**
 * @typedef {object} Variant
 * @property {string} id
 * @property {string} name
 * @property {{features: object[]}|{reference: {collection: string, ids: string[], label: string}}|null} place
 * @property {Object<string, object>} inputs By process; a key that is absent is a default.
 * @property {{ kind: "avoid"|"reduce"|"offset", title: string, base: string }} [measure] What makes it differ from the variant `base`.
 *
 * @typedef {object} Project
 * @property {1} version
 * @property {string} name
 * @property {string} question Identifier of a process.
 * @property {Variant[]} variants One to five; the first is the reference.
 * @property {number} current Index of the variant being written.
 * @property {object} [report] What the author says of the report.
 */

export const MOST_VARIANTS = 5;
const MOST_STEPS = 100;
const MERGE_MS = 1500;
const SAVE_MS = 300;
const FIRST_QUESTION = "project-impact";

const past = [];
const future = [];
const listeners = new Set();
const savers = new Set();
let timer = null;
let merging = { key: null, until: 0 };
let status = "saved";

/** The project as it is now, frozen: `change` is the only way to another one. @type {Project} */
export let project = frozen(blank());

/** How the project of the last visit was found: "fresh", "read", "recovered" or "damaged". */
export let opened = "fresh";

/** The project as it is now. @returns {Project} */
export function get() {
  return project;
}

/** The variant being written. @returns {Variant} */
export function variant() {
  return project.variants[project.current];
}

/**
 * Change the project: `mutate` gets a copy that it may write in, and the former one can be had back.
 * @param {string} label What is done, in the words of the page: shown by « Annuler ».
 * @param {(draft: Project) => void} mutate
 * @param {{ merge?: string }} options Changes of one `merge` key that follow each other at once make one step (typing).
 */
export function change(label, mutate, { merge = null } = {}) {
  const draft = structuredClone(project);
  mutate(draft);
  if (JSON.stringify(draft) === JSON.stringify(project)) return;
  const now = Date.now();
  const joined = merge !== null && merging.key === merge && now < merging.until && past.length > 0;
  if (!joined) past.push({ label, project });
  if (past.length > MOST_STEPS) past.shift();
  merging = { key: merge, until: now + MERGE_MS };
  future.length = 0;
  take(draft, { kind: "change", label });
}

/** Take back the last change. @returns {string|null} What was taken back. */
export function undo() {
  const step = past.pop();
  if (!step) return null;
  future.push({ label: step.label, project });
  merging = { key: null, until: 0 };
  take(step.project, { kind: "undo", label: step.label });
  return step.label;
}

/** Do again what was taken back. @returns {string|null} What was done again. */
export function redo() {
  const step = future.pop();
  if (!step) return null;
  past.push({ label: step.label, project });
  merging = { key: null, until: 0 };
  take(step.project, { kind: "redo", label: step.label });
  return step.label;
}

/** What « Annuler » and « Rétablir » would do: labels, or null. */
export function steps() {
  return { undo: past.at(-1)?.label ?? null, redo: future.at(-1)?.label ?? null };
}

/**
 * Be told of each change.
 * @param {(project: Project, event: { kind: "change"|"undo"|"redo"|"load"|"other-tab", label: string }) => void} listener
 * @returns {() => void} Stop being told.
 */
export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Be told whether the project is kept: "saving", "saved", "full" or "off". */
export function onSaved(listener) {
  savers.add(listener);
  listener(status);
  return () => savers.delete(listener);
}

/** The request of a variant to a process: its place, when the process takes one, and what the user set. */
export function requestOf(asked, processId) {
  const inputs = structuredClone(asked.inputs[processId] ?? {});
  const geometry = takesPlace(processId) ? geometryOf(asked.place) : null;
  return { inputs: geometry ? { geometry, ...inputs } : inputs };
}

/** Whether a process asks for a place, as its description says. */
export function takesPlace(processId) {
  const known = (data("planner")?.processes ?? []).find(({ id }) => id === processId);
  return known ? known.place : true;
}

/** Whether a place holds something. */
export function hasPlace(place) {
  return Boolean(place && (place.features?.length || place.reference?.ids.length));
}

/** Whether something was drawn or typed in the project. */
export function isEmpty(candidate = project) {
  return candidate.variants.every(({ place, inputs }) => !hasPlace(place) && !Object.values(inputs).some((set) => Object.keys(set).length));
}

/** Begin another project; the one before can be had back by `undo`. */
export function begin() {
  past.push({ label: say("New project"), project });
  future.length = 0;
  take(blank(), { kind: "load", label: say("New project") });
}

/** Take a project from the text of a file; throws an Error in plain words. */
export function load(text) {
  let next;
  try {
    next = checked(JSON.parse(text));
  } catch {
    throw new Error(say("This file is not a project saved by this page."));
  }
  past.push({ label: say("Project opened"), project });
  future.length = 0;
  take(next, { kind: "load", label: say("Project opened") });
}

/** Write the project in this browser now. @returns {"saved"|"full"|"off"} */
export function save() {
  clearTimeout(timer);
  timer = null;
  tell(store.write(project));
  return status;
}

/** Take up the project of the last visit, and keep in step with the other tabs. */
export function open() {
  const found = store.read(checked);
  opened = found.state;
  if (found.project) project = frozen(found.project);
  store.onOtherTab(checked, (theirs) => {
    past.push({ label: say("Change made in another tab"), project });
    future.length = 0;
    project = frozen(theirs);
    announce({ kind: "other-tab", label: say("Change made in another tab") });
  });
  const flush = () => timer !== null && save();
  addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && flush());
}

function blank() {
  return {
    version: 1,
    name: "",
    question: FIRST_QUESTION,
    variants: [{ id: "v1", name: say("Initial project"), place: null, inputs: {} }],
    current: 0,
  };
}

function geometryOf(place) {
  if (!hasPlace(place)) return null;
  if (place.reference) return { collection: place.reference.collection, ids: [...place.reference.ids] };
  return { type: "FeatureCollection", features: structuredClone(place.features) };
}

function take(next, event) {
  project = frozen(next);
  tell("saving");
  clearTimeout(timer);
  timer = setTimeout(save, SAVE_MS);
  announce(event);
}

function announce(event) {
  for (const listener of [...listeners]) listener(project, event);
}

function tell(next) {
  status = next;
  for (const listener of [...savers]) listener(status);
}

/** The value as a project: throws when it is not one, drops what is not known. */
function checked(value) {
  if (value?.version !== 1 || !Array.isArray(value.variants) || !value.variants.length) throw new TypeError("not a project");
  const variants = value.variants.slice(0, MOST_VARIANTS).map((each, index) => {
    const place = each.place ?? null;
    const known = place === null || Array.isArray(place.features) || (typeof place.reference?.collection === "string" && Array.isArray(place.reference.ids));
    if (!known || (each.inputs ?? {}) !== Object(each.inputs ?? {})) throw new TypeError("not a variant");
    return { id: String(each.id ?? `v${index + 1}`), name: String(each.name ?? ""), place, inputs: each.inputs ?? {}, ...(each.measure ? { measure: each.measure } : {}) };
  });
  const current = Number.isInteger(value.current) && variants[value.current] ? value.current : 0;
  return { version: 1, name: String(value.name ?? ""), question: String(value.question ?? FIRST_QUESTION), variants, current, ...(value.report ? { report: value.report } : {}) };
}

function frozen(value) {
  if (value && typeof value === "object" && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
}
