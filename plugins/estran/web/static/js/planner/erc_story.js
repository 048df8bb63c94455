// The path told in sentences, to be read, copied, changed, and put in the report with its measures.

import { make } from "../dom.js";
import { say } from "../text.js";
import { describe } from "./answering.js";
import { comparison } from "./compare.js";
import { COMPARE, readComparison, requestOf, straddles } from "./compare_request.js";
import { announce } from "./live.js";
import { figure, scaleOf } from "./numbers.js";
import * as state from "./state.js";
import { hashOf } from "./steps.js";
import { baseIndex, letterOf, nameOf } from "./variants.js";

const KINDS = ["avoid", "reduce", "offset"];
const SAID = {
  avoid: "Avoid: variant {letter} “{name}”, {figure} compared with {base}.",
  reduce: "Reduce: variant {letter} “{name}”, {figure} compared with {base}.",
  offset: "Offset: variant {letter} “{name}”, {figure} compared with {base}.",
};

/**
 * The measures of the project: the variants made of levers, each with its difference from the variant it was made from.
 * @returns {Promise<{ kind: string, title: string, letter: string, base: string, effect: object|null }[]>}
 */
export async function measures() {
  const { variants } = state.get();
  const made = variants.map((variant, index) => ({ variant, index })).filter(({ variant }) => KINDS.includes(variant.measure?.kind));
  const effects = await effectsOf(variants, made);
  return made
    .map(({ variant, index }) => ({ kind: variant.measure.kind, title: nameOf(variants, index), letter: letterOf(index), base: letterOf(baseOf(variants, variant)), effect: effects.get(variant.id) ?? null }))
    .sort((one, other) => KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind));
}

/** The rank of the variant that a measure was made from; the reference when it is gone. */
const baseOf = (variants, { measure }) => Math.max(0, variants.findIndex(({ id }) => id === measure.base));

/** Differences with each base, from one comparison for each. */
async function effectsOf(variants, made) {
  const found = new Map();
  const known = comparison();
  for (const base of new Set(made.map(({ variant }) => baseOf(variants, variant)))) {
    const own = made.filter(({ variant }) => baseOf(variants, variant) === base);
    const figures = base === 0 && known ? readComparison(known) : await compared([variants[base], ...own.map(({ variant }) => variant)]);
    own.forEach(({ variant, index }, rank) => found.set(variant.id, figures?.[base === 0 && known ? index : rank + 1]?.difference));
  }
  return found;
}

async function compared(variants) {
  try {
    const { run } = await import("./run.js");
    const request = requestOf(variants, await describe(COMPARE));
    request.inputs.method = "analytic";
    return readComparison(await run(COMPARE, request));
  } catch {
    return null;
  }
}

/** The effect of a measure in words, with its interval. */
function effectTold(effect) {
  if (!Number.isFinite(effect?.value)) return say("effect not evaluated");
  const told = figure(effect, { signed: true, scale: scaleOf([effect]) });
  return straddles(effect) ? say("{figure}, too small to be told from the doubt", { figure: told }) : told;
}

/** The path in sentences. */
async function story({ offset = null, said = {} }, told) {
  const envelope = comparison();
  const lines = [...(said.avoid ?? []), ...told.map(({ kind, title, letter, base, effect }) => say(SAID[kind], { letter, name: title, base, figure: effectTold(effect) }))];
  if (!told.length) lines.push(say("No measure has been made a variant yet."));
  const total = envelope ? readComparison(envelope)[baseIndex()]?.total : null;
  if (total?.value > 0) lines.push(say("Before any measure, {name} stands at {figure}. Offsetting only bears on the effect that remains once avoided and reduced.", { name: nameOf(state.get().variants, baseIndex()), figure: figure(total, { scale: scaleOf([total]), signed: true }) }));
  if (Number.isFinite(offset?.total?.value)) lines.push(say("Restoring, planting or unsealing would count for {figure} (negative: captured).", { figure: figure(offset.total, { signed: true, scale: scaleOf([offset.total]) }) }));
  return lines.join("\n");
}

let turn = 0;

/** Show the text, ready to be copied or put in the report. */
export async function renderStory(box, shown) {
  const mine = (turn += 1);
  const told = await measures();
  const written = await story(shown, told);
  if (!box || mine !== turn) return;
  const before = box.querySelector("textarea");
  if (before && before.value !== before.dataset.written) return;
  const text = make("textarea", { id: "erc-story", rows: 6, "data-written": written, "data-key": "story" });
  text.value = shown.typed ?? written;
  text.addEventListener("input", () => (shown.typed = text.value === written ? null : text.value));
  const line = make("span", { role: "status", "aria-live": "polite" });
  const copy = async () => {
    const done = await navigator.clipboard?.writeText(text.value).then(() => true, () => false);
    if (!done) text.select();
    line.textContent = done ? say("Text copied.") : say("The text is selected: copy it with Ctrl+C.");
  };
  const put = () => {
    state.change(say("Text put in the report"), (draft) => {
      const report = (draft.report ??= {});
      report.texts = { ...report.texts, solutions_examined: text.value };
      const others = (report.measures ?? []).filter(({ title }) => !told.some((each) => each.title === title));
      report.measures = [...told.map(({ kind, title, effect }) => ({ kind, title, effect: Number.isFinite(effect?.value) ? effectTold(effect) : "" })), ...others];
    });
    announce(say("Text put in the report"));
    line.replaceChildren(say("Text put in the report"), " · ", make("a", { href: hashOf("rapport", COMPARE) }, say("Prepare the report")));
  };
  box.replaceChildren(
    make("h4", {}, make("label", { for: "erc-story" }, say("The path in sentences"))),
    make("p", { class: "small muted" }, say("Yours to change before it goes into the report.")),
    text,
    make("p", { class: "actions" }, make("button", { type: "button", onclick: copy }, say("Copy the text")), make("button", { type: "button", "data-put": true, onclick: put }, say("Put it in the report")), line),
  );
}
