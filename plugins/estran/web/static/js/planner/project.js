// The project's line: its name, whether it is kept, undo and redo, a copy in a file.

import { draw } from "../dom.js";
import { say } from "../text.js";
import { tellAbove } from "./live.js";
import * as state from "./state.js";
import { damaged } from "./store.js";
import { taken } from "./view.js";

const ARROWS = { undo: "M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3", redo: "m15 14 5-5-5-5M20 9H10a6 6 0 0 0 0 12h3" };

/** Make the project's line live. */
export function bindProject() {
  const name = document.querySelector("[data-project-name]");
  const undo = document.querySelector("[data-undo]");
  const redo = document.querySelector("[data-redo]");
  undo.append(icon("undo"));
  redo.append(icon("redo"));
  const refresh = () => {
    if (document.activeElement !== name || name.value !== state.get().name) name.value = state.get().name;
    const next = state.steps();
    label(undo, say("Undo"), next.undo);
    label(redo, say("Redo"), next.redo);
  };
  name.addEventListener("input", () => state.change(say("Project renamed"), (draft) => (draft.name = name.value), { merge: "name" }));
  undo.addEventListener("click", () => act("undo"));
  redo.addEventListener("click", () => act("redo"));
  document.querySelector("[data-new]").addEventListener("click", (event) => {
    state.begin();
    event.target.closest("details").open = false;
    tellAbove("new", "info", say("New project. The former one comes back with “Undo”."), [[say("Undo"), () => { state.undo(); tellAbove("new"); }]]);
  });
  document.querySelector("[data-keep]").addEventListener("click", () => downloadProject());
  document.querySelector("[data-open]").addEventListener("click", () => openFile());
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.more[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  state.subscribe(refresh);
  state.onSaved(tellSaved);
  refresh();
}

/** Give the project as a file. */
export function downloadProject() {
  const name = (state.get().name || "projet").normalize("NFD").replace(/[^\w-]+/g, "-").replace(/^-+|-+$/g, "").toLowerCase();
  give(JSON.stringify(state.get(), null, 2), `estran_${name || "projet"}_${new Date().toISOString().slice(0, 10)}.json`);
}

/** Give what was found in this browser and could not be read. */
export function downloadDamaged() {
  give(damaged() ?? "", "estran_illisible.txt");
}

function give(text, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function openFile() {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = ".json,application/json";
  input.addEventListener("change", async () => {
    try {
      state.load(await input.files[0].text());
      tellAbove("open");
    } catch (error) {
      tellAbove("open", "error", error.message);
    }
  });
  input.click();
}

/** Undo or redo: the tool in hand first, else the project. @param {"undo"|"redo"} action */
export function act(action) {
  if (!taken(action)) state[action]();
}

function onKey(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  const typing = event.target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea");
  const key = event.key.toLowerCase();
  const wanted = key === "z" ? (event.shiftKey ? "redo" : "undo") : key === "y" ? "redo" : null;
  if (!wanted || typing) return;
  event.preventDefault();
  act(wanted);
}

function tellSaved(status) {
  const words = {
    saved: say("Kept in this browser"),
    saving: say("Saving…"),
    full: say("Not kept: no room left"),
    off: say("Not kept in this browser"),
  };
  const place = document.querySelector("[data-saved]");
  place.textContent = words[status];
  place.classList.toggle("unsaved", status === "full" || status === "off");
  if (status === "full") tellAbove("saved", "warn", say("This browser has no room left: your last changes are not kept. Save a copy in a file."), [[say("Save a copy (file)"), downloadProject]]);
  else if (status === "off") tellAbove("saved", "warn", say("This browser keeps nothing (private window?): save a copy in a file before you close this page."), [[say("Save a copy (file)"), downloadProject]]);
  else tellAbove("saved");
}

function label(button, action, what) {
  button.disabled = !what;
  const text = what ? `${action} : ${what}` : action;
  button.setAttribute("aria-label", text);
  button.title = text;
}

function icon(name) {
  return draw("svg", { viewBox: "0 0 24 24", width: 20, height: 20, "aria-hidden": "true", fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round", "stroke-linejoin": "round" }, draw("path", { d: ARROWS[name] }));
}
