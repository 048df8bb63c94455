// Offset, last: what restoring, planting or unsealing would capture, by `sequestration-potential` on its own inputs.

import { make } from "../dom.js";
import { say } from "../text.js";
import { describe } from "./answering.js";
import { note } from "./live.js";
import { figure, scaleOf, words } from "./numbers.js";
import * as state from "./state.js";

const PROCESS = "sequestration-potential";
const ASKED = ["wetland", "trees", "desealing"];

/**
 * The form of the offsets and their answer.
 * @param {HTMLElement} box
 * @param {{ base: { variant: import("./state.js").Variant }|null, offset: object|null }} shown Gets the answer as `offset`.
 */
export async function renderOffset(box, shown) {
  const details = make("details", { class: "offset" }, make("summary", {}, say("What would restoring a wetland, planting or unsealing capture?")));
  box.replaceChildren(details);
  details.addEventListener("toggle", () => details.open && details.childElementCount === 1 && fill(details, shown), { once: true });
}

async function fill(details, shown) {
  const formBox = make("div");
  const told = make("div", { class: "offset-told", role: "status", "aria-live": "polite" });
  details.append(make("p", { class: "small muted" }, say("Computed on the place of the project; give the areas. To choose another place, ask the question “Sequestration potential” on it.")), formBox, told);
  const [{ renderForm }, description] = await Promise.all([import("./form.js"), describe(PROCESS)]);
  const inputs = Object.fromEntries(Object.entries(description.inputs).filter(([name]) => ASKED.includes(name)));
  let values = {};
  renderForm(formBox, { ...description, inputs }, { values, onChange: (next) => (values = next) });
  const ask = async () => {
    told.replaceChildren(say("Computing…"));
    try {
      const { run } = await import("./run.js");
      const { inputs: place } = state.requestOf({ ...shown.base.variant, inputs: {} }, PROCESS);
      const years = shown.base.variant.inputs["project-impact"]?.horizon_years;
      const envelope = await run(PROCESS, { inputs: { ...place, ...values, ranking: 0, ...(years ? { horizon_years: years } : {}) } });
      const total = envelope.indicators.find(({ id }) => id === "total");
      shown.offset = { total, asked: Object.keys(values) };
      const said = Number.isFinite(total?.value) ? say("These actions: {figure} over the horizon (negative: captured). They do not reduce the project; they bear on what remains.", { figure: figure(total, { signed: true, scale: scaleOf([total]) }) }) : words(total?.reason) || say("not evaluated");
      told.replaceChildren(make("p", {}, make("strong", {}, said)), make("ul", {}, envelope.warnings.filter(({ code }) => code !== "working-uncertainty").map(({ message }) => make("li", {}, words(message)))));
      const { tellStory } = await import("./erc.js");
      tellStory();
    } catch (error) {
      told.replaceChildren(note("error", error.detail ?? error.message, error.retry ? [[say("Try again"), ask]] : []));
    }
  };
  formBox.after(make("p", { class: "actions" }, make("button", { type: "button", onclick: ask }, say("Compute"))));
}
