// « Éviter, réduire, compenser »: levers in that order, what each one brings, and one click to make it a variant.

import { make } from "../dom.js";
import { say } from "../text.js";
import { describe } from "./answering.js";
import { COMPARE } from "./compare_request.js";
import { avoidLevers } from "./erc_avoid.js";
import { gainsOf, gainTold, ranking, variantOf } from "./erc_gain.js";
import { offsetLevers, reduceLevers } from "./erc_levers.js";
import { announce, note } from "./live.js";
import * as state from "./state.js";
import { go } from "./steps.js";
import { add, baseIndex, elsewhere, hasRoom, letterOf, nameOf, PROJECT } from "./variants.js";

const WAIT_MS = 500;
const STAGES = [
  ["avoid", "1", "Avoid", "First what is not done: land left as it is, buildings kept."],
  ["reduce", "2", "Reduce", "Then the same project, done otherwise."],
  ["offset", "3", "Offset", "Last, and only for the effect that remains: it is not a reduction."],
];

let shown = null;
let asking = null;
let timer = null;

/** Fill the guided path and keep it in step with the project. */
export async function renderErc(element) {
  shown = { element, base: null, levers: [], said: {}, gains: [], sets: new Map(), offset: null };
  state.subscribe(() => document.body.dataset.step === "comparer" && refresh());
  addEventListener("hashchange", () => setTimeout(() => document.body.dataset.step === "comparer" && refresh(), 0));
  await refresh();
}

/** Tell the path again, now that the variants are compared. */
export async function tellStory() {
  if (!shown?.base) return;
  const { renderStory } = await import("./erc_story.js");
  await renderStory(shown.element.querySelector("[data-story]"), shown);
}

async function refresh() {
  const project = state.get();
  const base = project.variants[baseIndex(project)];
  const name = JSON.stringify([base.place, base.inputs[PROJECT]]);
  if (name === shown.base?.name) return draw();
  asking?.abort();
  const mine = (asking = new AbortController());
  shown.base = { name, variant: base };
  if (!state.hasPlace(base.place)) {
    Object.assign(shown, { levers: [], gains: [], said: {} });
    return draw();
  }
  try {
    const [description, avoid] = await Promise.all([describe(PROJECT), avoidLevers(base, mine.signal)]);
    const reduce = await reduceLevers(base, description);
    if (mine !== asking) return undefined;
    const levers = [...avoid.levers, ...reduce.levers, ...offsetLevers(base, description)].sort((one, other) => rank(one) - rank(other));
    Object.assign(shown, { levers, gains: [], said: { avoid: avoid.said, reduce: reduce.said } });
    draw();
    await evaluate(mine);
  } catch (error) {
    if (error.name === "AbortError" || mine !== asking) return undefined;
    shown.base = null;
    console.error(error);
    shown.element.replaceChildren(title(), note("error", say("The levers could not be evaluated. Your inputs are kept."), [[say("Try again"), refresh]]));
  }
  return undefined;
}

const rank = ({ kind }) => STAGES.findIndex(([id]) => id === kind);
const settingOf = (lever) => shown.sets.get(lever.id) ?? lever.setting?.value ?? lever.choice?.value;

async function evaluate(mine) {
  const description = await describe(COMPARE);
  const asked = shown.levers.map((lever) => ({ lever, set: settingOf(lever) }));
  const gains = asked.length ? await gainsOf(shown.base.variant, asked, description, mine.signal) : [];
  if (mine !== asking) return;
  shown.gains = gains;
  draw();
  announce(say("The levers are evaluated."));
}

/** A setting changed: the gains are asked again once the hand has stopped. */
function reset(lever, value) {
  shown.sets.set(lever.id, value);
  shown.gains[shown.levers.findIndex(({ id }) => id === lever.id)] = undefined;
  clearTimeout(timer);
  timer = setTimeout(() => {
    asking?.abort();
    asking = new AbortController();
    const mine = asking;
    evaluate(mine).catch((error) => error.name === "AbortError" || console.error(error));
  }, WAIT_MS);
}

const title = () => make("h3", { id: "erc-title" }, say("Avoid, reduce, offset"));

function draw() {
  const { element, levers, gains, said } = shown;
  const project = state.get();
  const index = baseIndex(project);
  const active = element.contains(document.activeElement) ? document.activeElement : null;
  if (!state.hasPlace(project.variants[index].place)) {
    element.replaceChildren(title(), note("info", say("Give the place of the project to see what could be avoided and reduced."), [[say("Give the place"), () => go("lieu", { question: PROJECT })]]));
    return;
  }
  const intro = make("p", {}, say("Levers on {letter} {name}, in the order the law asks for. Gains are differences with {letter}, from the same computation; quick method (analytic).", { letter: letterOf(index), name: nameOf(project.variants, index) }));
  const story = element.querySelector("[data-story]") ?? make("div", { class: "erc-story", "data-story": true });
  const kept = element.querySelector("[data-offset]");
  element.replaceChildren(title(), intro, best(levers, gains, index), ...STAGES.map((stage) => stageOf(stage, levers, gains, said, index, kept)), story);
  import("./erc_story.js").then(({ renderStory }) => renderStory(story, shown));
  if (!active?.dataset.key) return;
  const again = element.querySelector(`[data-key="${CSS.escape(active.dataset.key)}"]`);
  if (again && active.type === "number") again.replaceWith(active);
  element.querySelector(`[data-key="${CSS.escape(active.dataset.key)}"]`)?.focus();
}

/** « Trois leviers »: what brings most. */
function best(levers, gains, index) {
  if (!levers.length) return "";
  const first = ranking(levers, gains);
  const pending = gains.length < levers.length;
  const rows = first.map(({ lever, gain }) => make("li", {}, make("span", { class: "lever-name" }, lever.title, settingTold(lever)), make("span", { class: "lever-gain" }, gainTold(gain)), makeVariant(lever, index, "best")));
  return make("section", { class: "three-levers", "aria-labelledby": "three-levers" }, make("h4", { id: "three-levers" }, say("Three levers")), pending ? make("p", { role: "status", class: "muted" }, say("Evaluating the levers…")) : rows.length ? make("ol", {}, rows) : make("p", {}, say("No lever lowers what is counted here.")));
}

function settingTold(lever) {
  const set = settingOf(lever);
  if (lever.setting) return ` (${new Intl.NumberFormat(document.documentElement.lang).format(set)}${lever.setting.unit ? `\u00a0${lever.setting.unit}` : ""})`;
  return lever.choice ? ` (${lever.choice.options[set]})` : "";
}

function stageOf([kind, number, name, text], levers, gains, said, index, kept) {
  const own = levers.map((lever, each) => [lever, gains[each]]).filter(([lever]) => lever.kind === kind);
  const elsewhereToo = kind === "avoid" ? make("li", { class: "lever" }, make("div", { class: "lever-what" }, make("span", { class: "lever-name" }, say("Choose another site")), make("p", { class: "small muted" }, say("the same programme, where less carbon and fewer wetlands are at stake"))), make("button", { type: "button", class: "small-button", disabled: !hasRoom(), onclick: () => (elsewhere(), go("lieu", { question: PROJECT })) }, say("Elsewhere"))) : null;
  const restore = kind === "offset" ? (kept ?? make("div", { "data-offset": true })) : null;
  if (restore && !kept) import("./erc_offset.js").then(({ renderOffset }) => renderOffset(restore, shown));
  return make(
    "section",
    { class: `stage stage-${kind}` },
    make("h4", {}, make("span", { class: "stage-number", "aria-hidden": "true" }, number), " ", say(name)),
    make("p", { class: "muted" }, say(text)),
    ...(said[kind] ?? []).map((line) => make("p", { class: "stage-said" }, line)),
    make("ul", { class: "levers" }, own.map(([lever, gain]) => row(lever, gain, index)), elsewhereToo),
    restore,
  );
}

function row(lever, gain, index) {
  const id = `lever-${lever.id}`;
  const { setting, choice } = lever;
  const input = setting && make("input", { id, type: "number", min: setting.min, max: setting.max, step: setting.step, value: settingOf(lever), "data-key": id, oninput: ({ target }) => target.value && target.checkValidity() && reset(lever, Number(target.value)), onchange: ({ target }) => target.reportValidity() });
  const select = choice && make("select", { id, "data-key": id, onchange: (event) => reset(lever, event.target.value) }, Object.entries(choice.options).map(([value, label]) => make("option", { value, selected: value === settingOf(lever) }, label)));
  const control = input ?? select;
  return make(
    "li",
    { class: "lever" },
    make("div", { class: "lever-what" }, make("span", { class: "lever-name" }, lever.title), make("p", { class: "small muted" }, lever.detail), control ? make("p", { class: "lever-set" }, make("label", { for: id }, (setting ?? choice).label), control, setting?.unit ? make("span", {}, setting.unit) : null) : null),
    make("div", { class: "lever-gain" }, gain ? gainTold(gain) : make("span", { class: "muted" }, "…")),
    makeVariant(lever, index, "row"),
  );
}

function makeVariant(lever, index, where) {
  const act = () => {
    const base = state.get().variants[index];
    const made = variantOf(base, lever, settingOf(lever));
    add(index, lever.title, (copy) => Object.assign(copy, { place: made.place, inputs: made.inputs, measure: { ...made.measure, base: base.id } }), { label: say("Variant made of a lever"), stay: true });
    announce(say("Variant added: {name}", { name: lever.title }));
  };
  return make("button", { type: "button", class: "small-button", disabled: !hasRoom(), "data-key": `${where}-${lever.id}`, "aria-label": say("Make a variant: {name}", { name: lever.title }), onclick: act }, say("Make a variant"));
}
