// Send a file to the server and get what it holds; progress while it leaves, refusals in plain words.

import { data } from "../dom.js";
import { language, plain, say } from "../text.js";
import { localised } from "./layers.js";

/**
 * What the server says of a file; see `POST /place`.
 * @typedef {{ file: { name: string, format: string, format_title: string }, layers: object[], layer: string, crs: { source: string, swapped: boolean, code: string|null, name: string|null }, systems: { code: string, name: string }[], questions: string[], notices: Told[], fields: object[], place: object|null, area_ha: number }} Answer
 * @typedef {{ code: string, level: "info"|"warning"|"error", message: string, actions: { id: string, label: string, parameters: object }[], points?: number[][] }} Told
 */

/** Why a file was not read: a sentence, and what can be done. */
export class Refusal extends Error {
  constructor(message, actions = [], { retry = false } = {}) {
    super(message);
    this.name = "Refusal";
    this.actions = actions;
    this.retry = retry;
  }
}

/**
 * Send files that belong together.
 * @param {File[]} files
 * @param {object} choices What is already answered, as parameters of the address.
 * @param {{ signal: AbortSignal, onProgress: (share: number|null) => void }} options `null`: sent, being read.
 * @returns {Promise<Answer>} Rejects with a Refusal, or with an AbortError.
 */
export function send(files, choices, { signal, onProgress }) {
  const heavy = tooHeavy(files);
  if (heavy) return Promise.reject(heavy);
  const form = new FormData();
  for (const file of files) form.append("file", file, file.name);
  return new Promise((resolve, reject) => {
    // fetch() does not tell how much was sent.
    const asked = new XMLHttpRequest();
    asked.open("POST", localised(`/place?${new URLSearchParams({ lang: language, ...choices })}`));
    asked.setRequestHeader("Accept", "application/json");
    asked.responseType = "text";
    asked.upload.addEventListener("progress", (event) => event.lengthComputable && onProgress(event.loaded / event.total));
    asked.upload.addEventListener("load", () => onProgress(null));
    asked.addEventListener("load", () => (asked.status === 200 ? resolve(typeset(JSON.parse(asked.responseText))) : reject(refusal(asked))));
    asked.addEventListener("error", () => reject(new Refusal(say("Connection lost. Your inputs are kept."), [], { retry: true })));
    asked.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
    signal.addEventListener("abort", () => asked.abort(), { once: true });
    asked.send(form);
  });
}

/** The apostrophe of print, in the sentences of the server. */
const curly = (text) => (language === "fr" ? text.replaceAll("'", "\u2019") : text);
const labelled = (action) => ({ ...action, label: curly(action.label) });
const typeset = (answer) => ({ ...answer, notices: answer.notices.map((told) => ({ ...told, message: curly(told.message), actions: told.actions.map(labelled) })) });

function tooHeavy(files) {
  const limit = data("planner").limit_mb;
  const size = files.reduce((sum, file) => sum + file.size, 0) / 1e6;
  if (size <= limit) return null;
  const shown = plain(size, size < 10 ? 1 : 0);
  return new Refusal(say("File of {size} MB, limit {limit} MB. Simplify to 1 m or export the outline only.", { size: shown, limit: plain(limit) }), [{ id: "other-file", label: say("Choose another file"), parameters: {} }]);
}

function refusal(asked) {
  try {
    const problem = JSON.parse(asked.responseText);
    return new Refusal(curly(problem.detail), (problem.actions ?? []).map(labelled), { retry: asked.status >= 500 });
  } catch {
    return new Refusal(say("The server could not read this file. Your inputs are kept."), [], { retry: true });
  }
}
