// Keep and share: the link, the files, the inputs, a variant, the report.

import { make, pretty } from "../../dom.js";
import { language, say } from "../../text.js";
import { saveFile } from "../charts/frame.js";
import { bytesOf, exported, FORMATS } from "./exports.js";
import { permalink } from "./details.js";
import { tip } from "./figures.js";

const MOST_VARIANTS = 5;

/** The actions under a result. */
export function keep(envelope, context) {
  const told = make("p", { class: "keep-told", role: "status", "aria-live": "polite" });
  const tell = (text, ...rest) => told.replaceChildren(text, ...rest);
  const actions = [
    context.project ? make("button", { type: "button", onclick: () => duplicate(context, tell), disabled: context.project.variants.length >= MOST_VARIANTS }, say("Duplicate as a variant")) : null,
    linkButton(envelope, tell),
    files(envelope, context, tell),
    make("button", { type: "button", onclick: () => copyInputs(envelope, context, tell) }, say("Copy the inputs")),
    reportButton(envelope, context),
  ];
  return make("section", { class: "result-keep", "aria-label": say("Keep and share") }, make("div", { class: "actions" }, actions), told);
}

function linkButton({ receipt }, tell) {
  if (!receipt?.replay) return null;
  const copy = async () => {
    const address = permalink(receipt.replay);
    const done = await copied(address);
    tell(done ? say("Link copied. Anyone who receives it can read your project.") : say("Copy this link:"), " ", done ? "" : make("input", { type: "text", readonly: true, value: address, "aria-label": say("Link of this result") }));
  };
  return [make("button", { type: "button", onclick: copy }, say("Copy the link")), tip(say("Anyone who receives this link can read your project."))];
}

/** Put a text in the clipboard; false when the browser refuses. */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** The inputs of a result: those that were asked, else those that its receipt holds. */
export async function requestOf(envelope, { project, processId, request }) {
  if (request) return request;
  if (project) return (await import("../state.js")).requestOf(project.variants[project.current], processId);
  if (!envelope.receipt?.replay) return null;
  const root = document.querySelector('meta[name="estran-base"]')?.dataset.root ?? "";
  const response = await fetch(`${root}/${envelope.receipt.replay}?f=json&lang=${language}`);
  return response.ok ? { inputs: (await response.json()).inputs } : null;
}

async function copyInputs(envelope, context, tell) {
  const request = await requestOf(envelope, context).catch(() => null);
  if (!request) return tell(say("The inputs of this result are not known here."));
  const text = pretty(request);
  if (await copied(text)) return tell(say("Inputs copied (JSON)."));
  return saveFile(text, "application/json", `estran_${envelope.process}_inputs.json`);
}

async function duplicate({ project }, tell) {
  const state = await import("../state.js");
  const name = say("Variant {letter}", { letter: "ABCDE"[project.variants.length] });
  state.change(say("Variant added"), (draft) => {
    draft.variants.push({ ...structuredClone(draft.variants[draft.current]), id: crypto.randomUUID?.() ?? String(Date.now()), name });
    draft.current = draft.variants.length - 1;
  });
  const { hashOf } = await import("../steps.js");
  tell(say("{name} is a copy of the variant before: change what differs.", { name }), " ", make("a", { href: hashOf("projet", project.question) }, say("Change it")), " · ", make("a", { href: hashOf("comparer", project.question) }, say("Compare")));
}

function reportButton(envelope, { project }) {
  if (!project || !["project-impact", "compare-scenarios"].includes(envelope.process)) return null;
  if (envelope.fitness?.verdict === "unfit") return make("span", { class: "muted" }, say("No report at this scale: the figure would mislead."));
  return make("a", { class: "button primary", href: `#etape=rapport&question=${encodeURIComponent(envelope.process)}` }, say("Prepare the report"));
}

function files(envelope, context, tell) {
  const name = fileName(envelope, context);
  const list = make("div", { class: "more-list" });
  const menu = make("details", { class: "more files" }, make("summary", {}, make("span", {}, say("Download")), make("span", { "aria-hidden": "true" }, "▾")), list);
  const offered = envelope.coverage?.share === null ? FORMATS.filter(({ needsPlace }) => !needsPlace) : FORMATS;
  list.append(make("button", { type: "button", onclick: () => finish(saveFile(JSON.stringify(envelope, null, 2), "application/json", `${name}.json`)) }, "JSON"), ...offered.map((format) => make("button", { type: "button", onclick: () => download(format) }, format.title)));
  const finish = () => {
    menu.open = false;
  };
  async function download(format) {
    finish();
    const stopping = new AbortController();
    const bar = make("progress", { "aria-label": say("Progress") });
    tell(say("The file is being made ({format})…", { format: format.title }), " ", bar, " ", make("button", { type: "button", class: "small-button", onclick: () => stopping.abort() }, say("Cancel")));
    try {
      const request = await requestOf(envelope, context);
      if (!request) throw new Error(say("The inputs of this result are not known here."));
      const file = await exported(context.processId, request, format, { signal: stopping.signal, onProgress: (share) => share === null || (bar.value = share / 100) });
      saveFile(file, format.type, `${name}.${format.extension}`);
      tell(say("File ready: {name}, {size}.", { name: `${name}.${format.extension}`, size: bytesOf(file.size) }));
    } catch (error) {
      tell(error.name === "AbortError" ? say("Cancelled.") : say("The file could not be made: {reason}", { reason: error.message }));
    }
  }
  return menu;
}

function fileName({ process, receipt }, { project }) {
  const called = (project?.name || process).normalize("NFD").replace(/[^\w-]+/g, "-").replace(/^-+|-+$/g, "").toLowerCase();
  return ["estran", called || process, receipt?.hash?.slice(0, 8)].filter(Boolean).join("_");
}
