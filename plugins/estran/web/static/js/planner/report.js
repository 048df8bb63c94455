// Step 5: the report of the project, what its author still has to write, its pages, its file.

import { make } from "../dom.js";
import { language, say } from "../text.js";
import { describe } from "./answering.js";
import { saveFile } from "./charts/frame.js";
import { COMPARE, obstacles, requestOf as comparisonOf } from "./compare_request.js";
import { announce, note } from "./live.js";
import { downloadProject } from "./project.js";
import { renderChecklist } from "./checklist.js";
import { renderFields } from "./report_fields.js";
import { noPages, showPages } from "./report_pages.js";
import { exported } from "./result/exports.js";
import * as state from "./state.js";
import { go } from "./steps.js";
import { baseIndex, letterOf, nameOf, PROJECT } from "./variants.js";

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const PDF = { id: "pdf", title: "PDF", type: "application/pdf" };
const FORMATS = [PDF, { id: "docx", title: "Word", type: "application/vnd.openxmlformats-officedocument.wordprocessingml.document" }, { id: "xlsx", title: "Excel", type: XLSX }];
const KINDS = { full: "Full greenhouse gas part", sheet: "One-page sheet" };

const made = new Map();
let view = null;
let making = null;

/** Fill step 5 and keep it in step with the project. */
export async function renderReport(element) {
  addStyles();
  const box = (name, attributes = {}) => make("div", { class: name, ...attributes });
  view = { format: PDF, head: box("report-head"), subject: box("report-subject"), check: box("report-check"), fields: box("report-fields"), told: box("report-told", { role: "status", "aria-live": "polite" }), pages: box("report-pages") };
  element.replaceChildren(make("div", { class: "report" }, make("div", { class: "report-left" }, view.head, view.subject, view.told, view.check, view.fields), view.pages));
  noPages(view.pages);
  const description = await describe(PROJECT);
  view.schema = description.inputs.report?.schema ?? null;
  const focus = view.schema ? renderFields(view.fields, view.schema) : () => {};
  const refresh = () => {
    if (document.body.dataset.step !== "rapport") return;
    head();
    subject();
    renderChecklist(view.check, view.schema, { focus, asked: asked() });
    stale();
  };
  state.subscribe(refresh);
  addEventListener("hashchange", () => setTimeout(refresh, 0));
  refresh();
}

function addStyles() {
  const href = new URL("../../css/report.css", import.meta.url).href;
  if (!document.querySelector(`link[href="${href}"]`)) document.head.append(make("link", { rel: "stylesheet", href }));
}

/** What the report is about: the variants together when they can be compared, else the one being written. */
function asked() {
  const project = state.get();
  const { question, variants } = project;
  if (question !== PROJECT && question !== COMPARE) return { process: question, variant: state.variant(), compared: false };
  const compared = variants.length > 1 && !obstacles(project).length;
  const kept = variants.findIndex(({ name }) => name === project.report?.variant);
  const index = kept >= 0 ? kept : baseIndex(project);
  return { process: compared ? COMPARE : PROJECT, variant: variants[compared ? index : baseIndex(project)], index, compared };
}

/** The request of the report, or null when there is no place yet. */
async function request() {
  const { process, variant, compared, index } = asked();
  if (state.takesPlace(process === COMPARE ? PROJECT : process) && !state.hasPlace(variant.place)) return null;
  const { inputs } = compared ? comparisonOf(state.get().variants, await describe(COMPARE)) : state.requestOf(variant, process);
  const { report = {}, name, variants } = state.get();
  const known = Object.keys(view.schema?.properties ?? {});
  const texts = Object.fromEntries(Object.entries(report.texts ?? {}).filter(([, text]) => text.trim()));
  const said = { ...report, texts, kind: report.kind ?? "full", language, title: name, ...(compared ? { variant: nameOf(variants, index) } : { variant: undefined }) };
  return { process, inputs, report: Object.fromEntries(Object.entries(said).filter(([key, value]) => known.includes(key) && value !== undefined && value !== "")) };
}

function head() {
  const { report = {} } = state.get();
  const kind = report.kind ?? "full";
  const choices = (legend, name, entries, current, set) =>
    make("fieldset", { class: "report-choice" }, make("legend", {}, legend), make("div", { class: "choices" }, entries.map(([id, title]) => make("label", { class: "choice" }, make("input", { type: "radio", name, value: id, checked: id === current, "data-key": `${name}-${id}`, onchange: () => set(id) }), make("span", {}, title)))));
  const active = view.head.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  view.head.replaceChildren(
    choices(say("Document"), "report-kind", Object.entries(KINDS).map(([id, title]) => [id, say(title)]), kind, (id) => state.change(say("Report changed"), (draft) => ((draft.report ??= {}).kind = id))),
    choices(say("Format"), "report-format", FORMATS.map(({ id, title }) => [id, title]), view.format.id, (id) => {
      view.format = FORMATS.find((each) => each.id === id);
      head();
    }),
    make("p", { class: "actions" }, make("button", { type: "button", class: "primary", "data-key": "download", onclick: () => produce(view.format, true) }, say("Download ({format})", { format: view.format.title })), make("button", { type: "button", "data-key": "preview", onclick: () => produce(PDF, false) }, say("Show the pages"))),
    view.format.type === XLSX ? make("p", { class: "small muted" }, say("Excel holds the figures and their factors, not the texts.")) : "",
  );
  if (active) view.head.querySelector(`[data-key="${active}"]`)?.focus();
}

function subject() {
  const { process, compared, index } = asked();
  const { variants } = state.get();
  if (!compared) {
    const waiting = variants.length > 1 && process === PROJECT;
    const told = process === PROJECT ? say("The report is about {name}.", { name: `${letterOf(baseIndex())} ${nameOf(variants, baseIndex())}` }) : say("The report is about the answer to the question in progress.");
    view.subject.replaceChildren(make("p", {}, told), waiting ? note("info", say("The variants cannot be compared yet: the report leaves them out."), [[say("Compare"), () => go("comparer", { question: PROJECT })]]) : "");
    return;
  }
  const select = make("select", { id: "report-variant", onchange: () => state.change(say("Report changed"), (draft) => ((draft.report ??= {}).variant = draft.variants[select.value].name)) }, variants.map((_variant, each) => make("option", { value: each, selected: each === index }, `${letterOf(each)} ${nameOf(variants, each)}`)));
  view.subject.replaceChildren(make("p", { class: "report-kept" }, make("label", { for: "report-variant" }, say("Variant kept")), select), make("p", { class: "small muted" }, say("The other variants stand in section 6, with their differences.")));
}

/** Make a file, as a job that can be followed and cancelled; the same request is made once. */
async function produce(format, saved) {
  making?.abort();
  const mine = (making = new AbortController());
  const whole = await request();
  if (!whole) {
    view.told.replaceChildren(note("info", say("The report is about a place: give it first."), [[say("Give the place"), () => go("lieu", { question: state.get().question })]]));
    return;
  }
  const { process, inputs, report } = whole;
  const name = JSON.stringify([process, inputs, format.type === XLSX ? null : report, format.type]);
  if (!made.has(name)) {
    const bar = make("progress", { max: 100, "aria-label": say("Progress") });
    const line = make("span", {}, say("The report is being made…"));
    view.told.replaceChildren(make("div", { class: "report-progress" }, line, bar, make("button", { type: "button", class: "small-button", onclick: () => mine.abort() }, say("Cancel"))));
    const onProgress = (share) => {
      if (share === null) return;
      bar.value = share;
      line.textContent = `${say("The report is being made…")} ${new Intl.NumberFormat(language, { style: "percent" }).format(share / 100)}`;
    };
    try {
      made.set(name, await exported(process, { inputs: format.type === XLSX ? inputs : { ...inputs, report } }, format, { signal: mine.signal, onProgress }));
    } catch (error) {
      if (mine === making) failed(error, () => produce(format, saved), process, inputs);
      return;
    }
  }
  if (mine !== making) return;
  const file = made.get(name);
  view.told.replaceChildren();
  if (format === PDF) {
    view.shown = name;
    showPages(view.pages, file);
    announce(say("The pages are shown."));
  }
  if (!saved) return;
  const called = file.name ?? `estran_rapport.${format.id}`;
  saveFile(file, format.type, called);
  view.told.replaceChildren(make("p", {}, say("File ready: {name}.", { name: called })));
}

function failed(error, again, process, inputs) {
  if (error.name === "AbortError") {
    view.told.replaceChildren(note("info", say("The report was cancelled."), [[say("Start again"), again]]));
    return;
  }
  console.error(error);
  view.told.replaceChildren(
    note("error", [say("The report could not be made. Your inputs are kept in this browser."), error instanceof TypeError ? "" : make("span", { class: "report-reason" }, ` ${error.message}`)], [[say("Try again"), again], [say("Download the data (JSON)"), () => keepData(process, inputs)]]),
  );
}

/** The answer when it is known or can still be had, else the inputs as they stand in this browser. */
async function keepData(process, inputs) {
  try {
    const { run } = await import("./run.js");
    const envelope = await run(process, { inputs }, { signal: AbortSignal.timeout(15_000) });
    saveFile(JSON.stringify(envelope, null, 2), "application/json", `estran_${process}.json`);
  } catch {
    downloadProject();
  }
}

/** Tell that the pages shown are those of before the last changes. */
async function stale() {
  if (!view.shown) return;
  const whole = await request();
  const name = whole && JSON.stringify([whole.process, whole.inputs, whole.report, PDF.type]);
  view.pages.classList.toggle("is-stale", name !== view.shown);
}
