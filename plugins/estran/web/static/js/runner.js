// The page of a process: its place, its form, the same request as JSON and as calls, and the answer.

import { data, make, pretty } from "./dom.js";
import { renderForm } from "./planner/form.js";
import { run } from "./planner/run.js";
import { placeInput, pointPicker } from "./planner/run_place.js";
import { showFailure, showProgress } from "./planner/run_view.js";
import { language, say } from "./text.js";

const REFRESH_MS = 400;

let page;
let place = null;
let form = null;
let running = null;
let answered = false;
let timer = null;

/** Make the page live. */
export async function start() {
  page = document.querySelector("[data-runner]");
  const description = data("description");
  const example = data("example").inputs;
  const holder = page.querySelector("[data-place]");
  place = holder && placeInput(holder, { lines: false, required: true, onChange: changed });
  form = renderForm(page.querySelector("[data-form]"), description, { onChange: changed, pickPoint: place ? place.pickPoint : pointPicker(page.querySelector("[data-point-map]")) });
  page.addEventListener("submit", (event) => {
    event.preventDefault();
    compute({ asked: true });
  });
  page.querySelector("[data-example]").addEventListener("click", () => {
    write(example);
    compute({ asked: true });
  });
  page.querySelector("[data-empty]").addEventListener("click", () => write({}));
  cancelButton().addEventListener("click", () => running?.abort());
  page.elements.inputs.addEventListener("input", fromText);
  window.addEventListener("hashchange", fromAddress);
  follow();
  fromAddress();
}

/** What the form and the place say together. */
function request() {
  const geometry = place?.geometry() ?? null;
  const crs = place?.system() ?? null;
  return { inputs: { ...(geometry ? { geometry } : {}), ...(crs ? { crs } : {}), ...form.values() } };
}

function write(inputs) {
  const { geometry = null, crs, ...values } = inputs;
  place?.set(geometry, crs);
  form.update(place ? values : inputs);
  complain("");
  changed();
}

/** Inputs that another page asked for: `#collection=communes&ids=17300`. */
function fromAddress() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const collection = asked.get("collection");
  if (!collection) return;
  write({ geometry: { collection, ids: (asked.get("ids") ?? "").split(",").filter(Boolean) } });
  compute({ asked: true });
}

/** After a change: the same request in the calls; the answer again, a moment after the last input. */
function changed() {
  if (!form) return;
  form.setArea(place?.areaHa() ?? null);
  follow();
  clearTimeout(timer);
  if (answered && form.state().valid) timer = setTimeout(() => compute({ asked: false }), REFRESH_MS);
}

function follow() {
  const text = page.elements.inputs;
  if (document.activeElement !== text) text.value = pretty(request());
  const shown = Object.keys(request().inputs).length ? request() : data("example");
  const base = document.querySelector('meta[name="estran-base"]');
  const actual = location.origin + (base.dataset.root ?? "");
  for (const [id, code] of Object.entries(data("snippets") ?? {})) {
    const { geometry: _selected, ...others } = shown.inputs;
    const json = pretty(id === "qgis" && place ? { inputs: others } : shown);
    const written = id === "python" || id === "qgis" ? pythonic(json) : json;
    document.getElementById(`code-${id}`).textContent = code.replace('"@inputs@"', () => written).replaceAll(base.content.replace(/\/$/, ""), actual);
  }
}

function pythonic(json) {
  const words = { true: "True", false: "False", null: "None" };
  return json.replace(/"(?:[^"\\]|\\.)*"|\b(?:true|false|null)\b/g, (found) => words[found] ?? found);
}

/** The request that a developer wrote: into the form when it can be read. */
function fromText() {
  const text = page.elements.inputs.value;
  try {
    const value = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw Object.assign(new Error(say("an object { … } is expected")), { expected: true });
    write(value.inputs ?? value);
  } catch (error) {
    complain(say("This is not valid JSON: {reason}", { reason: whereIn(text, error) }));
  }
}

/** The place of the mistake when the browser tells it, else what to look at. */
function whereIn(text, error) {
  if (error.expected) return error.message;
  const found = /position (\d+)/.exec(error.message);
  if (!found) return say("check the commas, the quotation marks and the brackets");
  const before = text.slice(0, Number(found[1])).split("\n");
  return say("line {line}, column {column}", { line: before.length, column: before.at(-1).length + 1 });
}

function complain(message) {
  document.getElementById("inputs-error").textContent = message;
  page.elements.inputs.setAttribute("aria-invalid", message ? "true" : "false");
}

async function compute({ asked }) {
  const result = document.querySelector("[data-result]");
  if (asked && (!form.showAll() || (place && !place.isReady()))) return;
  running?.abort();
  const mine = (running = new AbortController());
  const box = page.querySelector("[data-progress]");
  result.setAttribute("aria-busy", "true");
  cancelButton().hidden = false;
  const began = performance.now();
  const asking = request();
  try {
    const answer = await run(page.dataset.process, asking, { signal: mine.signal, onProgress: (progress) => running === mine && showProgress(box, progress), background: page.elements.background?.checked || undefined });
    const { renderResult } = await import("./planner/result/index.js");
    if (running !== mine) return;
    await renderResult(result, answer, { processId: page.dataset.process, request: asking, onField: (path) => form.focus(path) });
    answered = true;
    const seconds = new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format((performance.now() - began) / 1000);
    box.replaceChildren(make("p", {}, say("Answer in {seconds} s.", { seconds })));
    if (asked) {
      result.focus({ preventScroll: true });
      result.scrollIntoView({ block: "start" });
    }
  } catch (error) {
    if (running === mine) failed(error, box, result);
  } finally {
    if (running === mine) {
      running = null;
      cancelButton().hidden = true;
      result.setAttribute("aria-busy", "false");
    }
  }
}

function failed(error, box, result) {
  if (error.name === "AbortError") {
    box.replaceChildren(make("p", {}, say("Cancelled.")));
    return;
  }
  box.replaceChildren();
  if (error.name !== "RunError") throw error;
  const shown = form.showProblem(error) || Boolean(place?.showProblem(error));
  showFailure(result, error, { retry: () => compute({ asked: true }), where: shown ? error.where : "" });
  result.scrollIntoView({ block: "nearest" });
}

function cancelButton() {
  return page.querySelector("[data-cancel]");
}
