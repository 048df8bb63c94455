// The form of a process: check the inputs, run, follow, show the answer or the reason it failed.

import { render } from "./answer.js";
import { data, make, pretty } from "./dom.js";
import { language, say } from "./text.js";

const SLOW_MS = 4000;
const POLL_MS = [300, 500, 1000, 2000];

let form;
let running = null;

export function start() {
  form = document.querySelector("[data-runner]");
  form.elements.inputs.value = pretty(fromAddress() ?? data("example"));
  form.addEventListener("submit", submit);
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    form.elements.inputs.value = pretty(data("example"));
    complain("");
  });
  cancelButton().addEventListener("click", () => running?.abort());
  window.addEventListener("hashchange", () => {
    const inputs = fromAddress();
    if (!inputs) return;
    form.elements.inputs.value = pretty(inputs);
    form.requestSubmit();
  });
  fillCommunes(form.querySelector("[data-communes]"));
  if (fromAddress()) form.requestSubmit();
}

/** Inputs that another page asked for: `#collection=communes&ids=17300`. */
function fromAddress() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const collection = asked.get("collection");
  if (!collection) return null;
  return { inputs: { geometry: { collection, ids: (asked.get("ids") ?? "").split(",").filter(Boolean) } } };
}

async function fillCommunes(select) {
  if (!select) return;
  const response = await fetch(select.dataset.communes, { headers: { Accept: "application/geo+json" } }).catch(() => null);
  if (!response?.ok) {
    select.closest(".field").hidden = true;
    return;
  }
  const { features } = await response.json();
  const named = features.map(({ id, properties }) => [String(id), properties.name ?? properties.nom ?? properties.nom_commune ?? properties.libelle ?? String(id)]);
  named.sort((one, other) => one[1].localeCompare(other[1], language));
  select.append(...named.map(([id, name]) => make("option", { value: id }, `${name} (${id})`)));
  select.disabled = false;
  select.addEventListener("change", () => {
    if (!select.value) return;
    form.elements.inputs.value = pretty({ inputs: { geometry: { collection: "communes", ids: [select.value] } } });
    complain("");
  });
}

async function submit(event) {
  event.preventDefault();
  const request = parsed();
  if (!request || running) return;
  running = new AbortController();
  const result = document.querySelector("[data-result]");
  result.replaceChildren();
  waiting(true);
  const began = performance.now();
  try {
    const answer = await execute(request, running.signal);
    const seconds = (performance.now() - began) / 1000;
    progress(say("Answer in {seconds} s.", { seconds: new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(seconds) }));
    render(result, answer);
    result.focus({ preventScroll: true });
    result.scrollIntoView({ block: "start" });
  } catch (error) {
    progress("");
    if (error.name === "AbortError") progress(say("Cancelled."));
    else failure(result, error);
  } finally {
    running = null;
    waiting(false);
  }
}

/** The inputs as an object, or null with a message beside the field. */
function parsed() {
  const text = form.elements.inputs.value;
  try {
    const value = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw Object.assign(new Error(say("an object { … } is expected")), { expected: true });
    }
    complain("");
    return "inputs" in value ? value : { inputs: value };
  } catch (error) {
    complain(say("This is not valid JSON: {reason}", { reason: whereIn(text, error) }));
    form.elements.inputs.focus();
    return null;
  }
}

/** The place of the mistake when the browser tells it, else what to look at. */
function whereIn(text, error) {
  if (error.expected) return error.message;
  const place = /position (\d+)/.exec(error.message);
  if (!place) return say("check the commas, the quotation marks and the brackets");
  const before = text.slice(0, Number(place[1])).split("\n");
  return say("line {line}, column {column}", { line: before.length, column: before.at(-1).length + 1 });
}

function complain(message) {
  document.getElementById("inputs-error").textContent = message;
  form.elements.inputs.setAttribute("aria-invalid", message ? "true" : "false");
}

async function execute(request, signal) {
  const inBackground = form.elements.background?.checked;
  const began = performance.now();
  progress(say("Computing…"), null);
  const ticking = setInterval(() => {
    const elapsed = performance.now() - began;
    if (elapsed > SLOW_MS && !inBackground) {
      progress(say("The server takes longer than expected ({seconds} s). You can wait or cancel.", { seconds: Math.round(elapsed / 1000) }), null);
    }
  }, 1000);
  try {
    const response = await fetch(form.dataset.runner, {
      method: "POST",
      signal,
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        "Accept-Language": language,
        ...(inBackground ? { Prefer: "respond-async" } : {}),
      },
      body: JSON.stringify(request),
    });
    if (response.status === 201) return await follow(response, signal);
    return await understood(response);
  } finally {
    clearInterval(ticking);
  }
}

/** Follow a job until it ends; cancelling also dismisses it on the server. */
async function follow(created, signal) {
  const job = new URL(created.headers.get("Location"), location.href);
  const address = job.pathname;
  signal.addEventListener("abort", () => fetch(address, { method: "DELETE" }).catch(() => null));
  for (let turn = 0; ; turn += 1) {
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, POLL_MS[Math.min(turn, POLL_MS.length - 1)]));
    const status = await understood(await fetch(`${address}?f=json`, { signal, headers: { "Accept-Language": language } }));
    progress(say("Computing…") + (status.message ? ` ${status.message}` : ""), status.progress, `${address}?f=html&lang=${language}`);
    if (status.status === "successful") return understood(await fetch(`${address}/results?f=json`, { signal }));
    if (status.status === "failed" || status.status === "dismissed") {
      const refused = await fetch(`${address}/results?f=json`, { signal, headers: { "Accept-Language": language } });
      await understood(refused);
      throw Object.assign(new Error(status.message), { problem: {} });
    }
  }
}

/** The JSON of a response; a refusal becomes an error that carries the problem document. */
async function understood(response) {
  const text = await response.text();
  let body = null;
  try {
    body = JSON.parse(text);
  } catch {
    body = null;
  }
  if (response.ok) return body ?? text;
  const problem = body ?? {};
  const reason = problem.detail ?? problem.description ?? problem.title ?? `${response.status} ${response.statusText}`;
  throw Object.assign(new Error(reason), { problem: { ...problem, status: response.status } });
}

function failure(result, error) {
  const problem = error.problem;
  const lost = !problem;
  const where = problem?.where ? make("p", {}, `${say("Where:")} `, make("code", {}, problem.where)) : null;
  const advice = lost
    ? say("Connection lost. Your inputs are kept. Try again.")
    : problem.status >= 500
      ? say("The fault is ours. Your inputs are kept. Try again later.")
      : say("Correct the inputs above, then compute again.");
  result.replaceChildren(
    make("div", { class: "note error", role: "alert" }, make("p", {}, make("strong", {}, lost ? say("The server cannot be reached.") : error.message)), where, make("p", {}, advice)),
    problem && Object.keys(problem).length ? make("details", {}, make("summary", {}, say("Technical detail (JSON)")), make("pre", { tabindex: 0 }, pretty(problem))) : null,
  );
  result.scrollIntoView({ block: "nearest" });
}

function waiting(on) {
  form.querySelector('[type="submit"]').disabled = on;
  cancelButton().hidden = !on;
  document.querySelector("[data-result]").setAttribute("aria-busy", String(on));
}

function cancelButton() {
  return form.querySelector("[data-cancel]");
}

let lastTold = "";

function progress(message, share, link) {
  const box = form.querySelector("[data-progress]");
  const bar = share === undefined ? null : make("progress", { max: 100, value: share, "aria-label": say("Progress") });
  const told = message + (share ?? "") + (share === undefined);
  if (told === lastTold) return;
  lastTold = told;
  box.replaceChildren(
    ...[message ? make("p", {}, message) : null, bar, link ? make("p", { class: "small" }, make("a", { href: link }, say("You can close this page: this address remains valid."))) : null].filter(Boolean),
  );
}
