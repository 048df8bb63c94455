// Steps 2 and 3: the form of the question, its computation, and the result in the drawer or in the panel.

import { make } from "../dom.js";
import { language, say } from "../text.js";
import { announce, note, tellAbove } from "./live.js";
import { localised } from "./layers.js";
import { theMap } from "./mapside.js";
import { callInputs } from "./numbers.js";
import { namesOf } from "./schema.js";
import * as state from "./state.js";
import { go } from "./steps.js";
import { wantView } from "./view.js";

const WAIT_MS = 400;
const descriptions = new Map();
let form = null;
let formOf = null;
let typing = false;
let asking = null;
let asked = null;
let timer = null;
let target = null;

/** The published description of a process, in the language of the page. */
export function describe(processId) {
  if (!descriptions.has(processId)) {
    descriptions.set(processId, fetch(localised(`/processes/${processId}?f=json&lang=${language}`)).then((response) => (response.ok ? response.json() : Promise.reject(new Error(String(response.status))))));
    descriptions.get(processId).catch(() => descriptions.delete(processId));
  }
  return descriptions.get(processId);
}

/** Fill the panel of step 2 and keep it in step with the project. */
export async function showForm(element) {
  const box = make("div");
  const see = make("button", { type: "button", class: "primary", onclick: () => go("resultat", { question: state.get().question }) }, say("See the result"));
  element.replaceChildren(box, make("p", { class: "actions form-end" }, see));
  await drawForm(box);
  state.subscribe((project, event) => {
    if (typing) return;
    areaOf().then((ha) => form?.setArea(ha));
    if (project.question !== formOf) drawForm(box);
    else if (event.kind !== "change" || event.label !== lastLabel) form?.update(valuesOf(project));
  });
}

let lastLabel = "";
const valuesOf = (project) => structuredClone(project.variants[project.current].inputs[project.question] ?? {});

async function drawForm(box) {
  const { question } = state.get();
  formOf = question;
  const [{ renderForm }, description, areaHa] = await Promise.all([import("./form.js"), describe(question), areaOf()]);
  if (formOf !== question) return;
  form = renderForm(box, description, {
    values: valuesOf(state.get()),
    areaHa,
    pickPoint,
    onChange(values, { label } = {}) {
      typing = true;
      lastLabel = label || say("Project changed");
      state.change(lastLabel, (draft) => (draft.variants[draft.current].inputs[question] = values), { merge: `form-${lastLabel}` });
      typing = false;
    },
  });
}

async function areaOf() {
  const { place } = state.variant();
  if (!place?.features?.length) return null;
  const { areaHa } = await import("./geo.js");
  return place.features.reduce((sum, { geometry }) => sum + areaHa(geometry), 0);
}

async function pickPoint() {
  wantView("carte");
  const { map } = await theMap();
  const engine = await map.ready;
  if (!engine) return null;
  announce(say("Click the point on the map."));
  return new Promise((resolve) => {
    const stop = (point) => {
      engine.off("click", click);
      removeEventListener("keydown", key);
      wantView("formulaire");
      resolve(point);
    };
    const click = ({ lngLat }) => stop([lngLat.lng, lngLat.lat]);
    const key = (event) => event.key === "Escape" && stop(null);
    engine.on("click", click);
    addEventListener("keydown", key);
  });
}

/** Fill step 3: compute what the project asks, or replay a receipt; again at each change, once the hand has stopped. */
export async function showResult(element, receipt = null) {
  if (!target) {
    target = element;
    bindDrawer(element.closest(".drawer"));
    state.subscribe(() => {
      clearTimeout(timer);
      if (document.body.dataset.step === "resultat") timer = setTimeout(() => compute(), WAIT_MS);
    });
  }
  if (receipt) await replay(receipt);
  else await compute();
}

async function compute() {
  const { question } = state.get();
  const variant = state.variant();
  if (state.takesPlace(question) && !state.hasPlace(variant.place)) {
    asked = null;
    target.replaceChildren(note("info", say("This question is about a place: give it first."), [[say("Give the place"), () => go("lieu", { question })]]));
    return;
  }
  const request = state.requestOf(variant, question);
  const name = JSON.stringify([question, request]);
  if (name === asked) return;
  asked = name;
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking;
  const [{ run }, { showProgress, showFailure }, { renderResult }] = await Promise.all([import("./run.js"), import("./run_view.js"), import("./result/index.js")]);
  const progress = make("div", { class: "progress-box", role: "status", "aria-live": "polite" });
  const cancel = make("button", { type: "button", onclick: () => asking.abort() }, say("Cancel"));
  const waiting = make("div", { class: "waiting" }, progress, make("div", { class: "skeleton", "aria-hidden": "true" }, make("span"), make("span"), make("span")), cancel);
  const before = [...target.childNodes];
  const patience = setTimeout(() => target.replaceChildren(waiting), before.length ? 300 : 0);
  try {
    const envelope = await run(question, request, { signal, onProgress: (now) => showProgress(progress, now) });
    clearTimeout(patience);
    if (asked !== name) return;
    await render(renderResult, envelope, question);
  } catch (error) {
    clearTimeout(patience);
    if (asked !== name) return;
    asked = null;
    if (error.name === "AbortError") {
      target.replaceChildren(note("info", say("Computation cancelled."), [[say("Compute again"), () => compute()]]));
      return;
    }
    console.error(error);
    if (error.title) showFailure(target, error, { retry: () => compute(), fill: () => complete(question, error) });
    else target.replaceChildren(note("error", say("The result could not be shown. Your inputs are kept."), [[say("Try again"), () => compute()]]));
  }
}

/** From a refusal to the field it is about. */
function complete(question, error) {
  go("projet", { question });
  if (!form?.showProblem(error)) form?.showAll();
}

async function render(renderResult, envelope, processId) {
  target.replaceChildren();
  callInputs(namesOf(await describe(processId)));
  await renderResult(target, envelope, {
    processId,
    project: state.get(),
    onField: (path) => {
      go("projet", { question: processId });
      setTimeout(() => form?.focus?.(path), 100);
    },
    onLocate: locate,
  });
  announce(say("The result is ready."));
}

/** Show on the map what a row of the result is about. */
async function locate(what) {
  const { map } = await theMap();
  if (what === null || what === undefined) return map.highlight(null);
  if (typeof what !== "object") return map.highlight(what);
  map.show("located", what.type === "FeatureCollection" ? what : { type: "FeatureCollection", features: [what] }, "result");
  return undefined;
}

/** A receipt: the same question asked again, its inputs as the project, and what changed since. */
async function replay(token) {
  asked = `receipt ${token}`;
  target.replaceChildren(make("p", { role: "status" }, say("The result of this link is being computed again…")));
  try {
    const response = await fetch(localised(`/receipts/${encodeURIComponent(token)}?f=json&lang=${language}`));
    if (!response.ok) throw new Error((await response.json()).detail ?? String(response.status));
    const answer = await response.json();
    const processId = answer.result.process;
    const { placeOf } = await import("./example.js");
    const { geometry, ...inputs } = answer.inputs ?? {};
    const mine = !state.isEmpty();
    if (mine) state.begin();
    state.change(say("Link opened"), (draft) => {
      draft.question = processId;
      draft.name = say("Project received by link");
      draft.variants[0].place = placeOf(geometry, say("Place of the link"));
      draft.variants[0].inputs[processId] = inputs;
    });
    asked = JSON.stringify([processId, state.requestOf(state.variant(), processId)]);
    if (mine) tellAbove("link", "info", say("This link replaced the project in progress; “Undo” brings yours back."));
    const { renderResult } = await import("./result/index.js");
    await render(renderResult, answer.result, processId);
    target.prepend(changed(answer));
  } catch (error) {
    asked = null;
    target.replaceChildren(note("error", say("This link could not be read: {reason}", { reason: error.message }), [[say("Try again"), () => replay(token)]]));
  }
}

function changed({ identical, changes }) {
  if (identical) return note("info", say("Nothing has changed since: same data, same factors, same result."));
  const list = make("ul", {}, (changes ?? []).map(({ message }) => make("li", {}, message?.[language] ?? message?.fr ?? String(message))));
  return note("warn", make("span", {}, say("Since this computation, something has changed:"), list));
}

/** On a large screen the result stands under the map: it can be made higher, lower, or closed. */
function bindDrawer(drawer) {
  const set = (share) => drawer.parentElement.style.setProperty("--drawer", `${Math.min(100, Math.max(15, share))}%`);
  const share = () => (drawer.offsetHeight / drawer.parentElement.offsetHeight) * 100;
  const grip = make("div", {
    class: "drawer-grip", role: "separator", tabindex: 0, "aria-orientation": "horizontal", "aria-label": say("Height of the result"),
    onkeydown: (event) => {
      const step = { ArrowUp: 5, ArrowDown: -5 }[event.key];
      if (step) set(share() + step);
    },
    onpointerdown: (event) => {
      grip.setPointerCapture(event.pointerId);
      grip.onpointermove = (move) => set(((drawer.getBoundingClientRect().bottom - move.clientY) / drawer.parentElement.offsetHeight) * 100);
      grip.onpointerup = () => (grip.onpointermove = null);
    },
  });
  const bigger = make("button", { type: "button", class: "small-button", onclick: () => { drawer.classList.remove("closed"); set(share() > 90 ? 50 : 100); } }, say("Enlarge or reduce"));
  const close = make("button", { type: "button", class: "small-button", "aria-expanded": "true", onclick: () => {
    const isClosed = drawer.classList.toggle("closed");
    close.setAttribute("aria-expanded", String(!isClosed));
    close.textContent = isClosed ? say("Open") : say("Close");
  } }, say("Close"));
  drawer.prepend(grip, make("div", { class: "drawer-tools" }, bigger, close));
}
