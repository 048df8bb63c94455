// The answer as people read it: a sentence, three figures, a verdict; then what weighs, when, where, how sure, what is not counted.

import { make } from "../../dom.js";
import { say } from "../../text.js";
import { batch, ranking } from "./batch.js";
import { accordions, raw } from "./details.js";
import { doubtPart } from "./doubtful.js";
import { figures, marks, verdict } from "./figures.js";
import { keep } from "./keep.js";
import { isEnvelope, isSynthetic } from "./reading.js";
import { sentenceOf } from "./sentences.js";
import { takesPlace } from "../state.js";
import { charts } from "./tabs.js";

/**
 * Show an answer.
 * @param {HTMLElement} element Emptied first.
 * @param {object} answer An envelope; anything else is shown as JSON.
 * @param {object} [options]
 * @param {string} [options.processId]
 * @param {import("../state.js").Project|null} [options.project] The project that was asked about, on the planner's page.
 * @param {{ inputs: object }|null} [options.request] What was asked, where there is no project.
 * @param {((path: string) => void)|null} [options.onField] Show the field of an input.
 * @param {((what: string|object|null) => void)|null} [options.onLocate] Show a row of the result on the map.
 * @returns {Promise<void>}
 */
export async function renderResult(element, answer, { processId, project = null, request = null, onField = null, onLocate = null } = {}) {
  styled();
  const envelope = isEnvelope(answer?.result) ? answer.result : answer;
  if (!isEnvelope(envelope)) {
    element.replaceChildren(make("h3", {}, say("Answer")), raw(answer, true));
    return;
  }
  const context = { processId: processId ?? envelope.process, project, request, onField, onLocate };
  const body = make("div", { class: "result-body" });
  const banner = isSynthetic(envelope) && !document.querySelector(".demonstration") ? make("p", { class: "note warn" }, make("strong", {}, say("Demonstration data: do not use to decide."))) : null;
  body.append(
    ...[
      banner,
      make("div", { class: "result-top" }, make("p", { class: "result-sentence" }, sentenceOf(envelope)), make("div", { class: "result-first" }, figures(envelope), verdict(envelope))),
      marks(envelope),
      charts(envelope, context),
      doubtPart(envelope, context),
      make("div", { "data-stakes": true }),
      batch(envelope, context),
      ranking(envelope),
      ...accordions(envelope),
      keep(envelope, context),
      make("p", { class: "small muted" }, say("Estran estimates, it does not measure. The figures rest on public data and on your inputs, with their margin of doubt. They help to compare and to decide early; they replace neither a field survey nor the opinion of the environmental authority.")),
    ].filter(Boolean),
  );
  element.replaceChildren(make("div", { class: "result-root" }, body));
  later(body, envelope, context);
}

/** What needs the server or the map comes after what is read first. */
function later(body, envelope, context) {
  if (!context.project || !document.body.classList.contains("planner")) return;
  const quietly = (error) => console.warn(error);
  import("./stakes.js").then(({ stakes }) => stakes(body.querySelector("[data-stakes]"), envelope, context)).catch(quietly);
  if (takesPlace(context.processId)) import("./mapped.js").then(({ mapped }) => mapped(body, envelope, context)).catch(quietly);
}

/** The style sheet of the results, asked for with the first of them. */
function styled() {
  const href = new URL("../../../css/result.css", import.meta.url).href;
  if ([...document.styleSheets].some((sheet) => sheet.href === href) || document.querySelector(`link[href="${href}"]`)) return;
  document.head.append(make("link", { rel: "stylesheet", href }));
}
