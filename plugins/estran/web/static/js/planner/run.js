// One computation: at once when it is short, as a job when it is long, with progress, cancel and new attempts.

import { language, say } from "../text.js";

const root = document.querySelector('meta[name="estran-base"]')?.dataset.root ?? "";
const SLOW_MS = 4000;
const LONG_MS = 8000;
const POLL_MS = [300, 500, 1000, 2000];
const RETRY_MS = [1000, 3000, 6000, 12000];
const MOST_KEPT = 30;
const MANY_FEATURES = 3;
const MANY_LETTERS = 300000;

const kept = new Map();
const tookLong = new Set();

/**
 * What a person is told while it runs.
 * @typedef {object} Progress
 * @property {"running"|"slow"|"lost"} state
 * @property {string} message
 * @property {number|null} share From 0 to 100, null when it is not known.
 * @property {string|null} link Address of the job, which outlives the page.
 */

/** Why there is no answer: `title`, `detail`, `where` (an input), `retry` (whether trying again may help), `problem` (as sent). */
export class RunError extends Error {
  constructor({ title, detail, where = "", retry = false, problem = null }) {
    super(title);
    Object.assign(this, { name: "RunError", title, detail, where, retry, problem });
  }
}

/**
 * Ask a process.
 * @param {string} processId
 * @param {{ inputs: object }} request
 * @param {{ signal?: AbortSignal, onProgress?: (progress: Progress) => void, background?: boolean }} [options] `background`: as a job, whatever its length.
 * @returns {Promise<object>} The envelope. Throws RunError, or AbortError once `signal` is aborted.
 */
export async function run(processId, request, { signal = new AbortController().signal, onProgress = () => {}, background } = {}) {
  signal.throwIfAborted();
  const body = JSON.stringify(request);
  const name = `${language} ${processId} ${body}`;
  if (kept.has(name)) return kept.get(name);
  const asJob = background ?? (isLong(request) || tookLong.has(processId));
  const began = Date.now();
  const answer = await followed(processId, body, { signal, onProgress, asJob });
  if (!asJob && Date.now() - began > LONG_MS) tookLong.add(processId);
  kept.set(name, answer);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
  return answer;
}

/** Whether a request is known to be long: random draws, many features, a heavy outline. */
function isLong({ inputs }) {
  const features = inputs?.geometry?.ids?.length ?? inputs?.geometry?.features?.length ?? 0;
  return inputs?.method === "monte-carlo" || features > MANY_FEATURES || JSON.stringify(inputs?.geometry ?? "").length > MANY_LETTERS;
}

async function followed(processId, body, { signal, onProgress, asJob }) {
  const computing = say("Computing…");
  onProgress({ state: "running", message: computing, share: null, link: null });
  const slow = setTimeout(() => !asJob && onProgress({ state: "slow", message: say("The server takes longer than expected."), share: null, link: null }), SLOW_MS);
  const headers = { "Content-Type": "application/json", Accept: "application/json", "Accept-Language": language, ...(asJob ? { Prefer: "respond-async" } : {}) };
  try {
    const response = await persistent(`${root}/processes/${processId}/execution`, { method: "POST", headers, body, signal }, onProgress);
    return response.status === 201 ? await job(response, signal, onProgress) : await understood(response);
  } finally {
    clearTimeout(slow);
  }
}

/** Ask again when the server cannot be reached or asks to wait; what was typed is kept meanwhile. */
async function persistent(address, options, onProgress) {
  for (let attempt = 0; ; attempt += 1) {
    const response = await fetch(address, options).catch((error) => (error.name === "AbortError" ? Promise.reject(error) : null));
    options.signal.throwIfAborted();
    if (response && response.status !== 503 && response.status !== 429) return response;
    if (attempt === RETRY_MS.length) {
      if (response) return response;
      throw new RunError({ title: say("The server cannot be reached."), detail: say("Connection lost. Your inputs are kept. Try again."), retry: true });
    }
    const wait = RETRY_MS[attempt];
    onProgress({ state: "lost", message: response ? say("The server is busy. New attempt in {seconds} s.", { seconds: wait / 1000 }) : say("Connection lost. Your inputs are kept. New attempt in {seconds} s.", { seconds: wait / 1000 }), share: null, link: null });
    await pause(wait, options.signal);
    onProgress({ state: "running", message: say("Computing…"), share: null, link: null });
  }
}

/** Follow a job until it ends; cancelling dismisses it on the server too. */
async function job(created, signal, onProgress) {
  const address = new URL(created.headers.get("Location"), location.href).pathname;
  const dismiss = () => fetch(address, { method: "DELETE", keepalive: true }).catch(() => null);
  signal.addEventListener("abort", dismiss);
  const headers = { "Accept-Language": language, Accept: "application/json" };
  const link = `${address}?f=html&lang=${language}`;
  try {
    for (let turn = 0; ; turn += 1) {
      await pause(POLL_MS[Math.min(turn, POLL_MS.length - 1)], signal);
      const state = await understood(await persistent(`${address}?f=json`, { headers, signal }, onProgress));
      if (state.status === "accepted" || state.status === "running") {
        onProgress({ state: "running", message: [say("Computing…"), state.message].filter(Boolean).join(" "), share: state.progress ?? null, link });
        continue;
      }
      return await understood(await persistent(`${address}/results?f=json`, { headers, signal }, onProgress));
    }
  } finally {
    signal.removeEventListener("abort", dismiss);
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
}

/** The JSON of a response; a refusal becomes a RunError that carries the problem document. */
async function understood(response) {
  const body = await response.json().catch(() => null);
  if (response.ok && body) return body;
  const problem = { ...(body ?? {}), status: response.status };
  const isOurs = response.status >= 500 || response.ok;
  const detail = problem.detail ?? problem.description ?? `${response.status} ${response.statusText}`;
  throw new RunError({
    title: isOurs ? say("The computation failed.") : (problem.title ?? say("The request was refused.")),
    detail: isOurs ? say("The fault is ours. Your inputs are kept. Try again later.") : detail,
    where: problem.where ?? "",
    retry: isOurs,
    problem,
  });
}
