// The variants side by side: a table on a wide screen, one card each on a phone; the difference decides, not the totals.

import { make } from "../dom.js";
import { say } from "../text.js";
import { SYMBOLS } from "./charts/dots.js";
import { straddles } from "./compare_request.js";
import { bounds, isExact, number, probability, scaleOf, unitName } from "./numbers.js";
import { go } from "./steps.js";
import { choose, hasRoom, letterOf, nameOf, move, remove, rename, add, PROJECT } from "./variants.js";

const KINDS = { avoid: "Avoid", reduce: "Reduce", offset: "Offset" };

/** The sign of a variant in the charts; the reference has none. */
export const signOf = (index) => (index ? SYMBOLS[index - 1] : "");

/**
 * @param {object} shown
 * @param {import("./state.js").Project} shown.project
 * @param {(SVGElement|null)[]} shown.plans
 * @param {import("./compare_changes.js").Change[][]} shown.changes
 * @param {ReturnType<import("./compare_request.js").readComparison>|null} shown.figures Null while they are not known.
 * @param {number|null} shown.years
 * @param {boolean} shown.hidden Whether the scale is unfit, so that no central value is given.
 * @param {boolean} shown.narrow
 */
export function variantsTable({ project, plans, changes, figures, years, hidden, narrow }) {
  const { variants } = project;
  const scale = figures ? scaleOf(figures.map(({ total }) => total).filter((each) => Number.isFinite(each?.value))) : null;
  const reference = letterOf(0);
  const plan = [say("Plan"), (index) => plans[index] ?? make("span", { class: "muted" }, say("no place yet"))];
  const compared = [
    [years ? say("Total over {years} years", { years }) : say("Total"), (index) => amount(figures?.[index].total, scale, hidden)],
    [say("Difference with {reference}", { reference }), (index) => (index ? difference(figures?.[index].difference, letterOf(index), hidden) : make("span", { class: "muted" }, say("reference")))],
    [say("Less than {reference}?", { reference }), (index) => (index ? chance(figures?.[index]) : "–")],
    [say("What changes"), (index) => changed(changes[index], index, variants)],
  ];
  const rows = variants.length < 2 ? [plan] : [plan, ...compared];
  if (narrow) return make("div", { class: "variant-cards" }, variants.map((_variant, index) => card(project, index, rows)));
  return make(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": say("Variants side by side") },
    make(
      "table",
      { class: "variants" },
      make("caption", { class: "visually-hidden" }, say("Variants side by side: total, difference with the first one and its probability")),
      make("thead", {}, make("tr", {}, make("td", {}), variants.map((_variant, index) => make("th", { scope: "col" }, head(project, index))))),
      make("tbody", {}, rows.map(([title, cell]) => make("tr", {}, make("th", { scope: "row" }, title), variants.map((_variant, index) => make("td", {}, cell(index)))))),
    ),
  );
}

function card(project, index, rows) {
  return make("section", { class: "variant-card", "aria-label": `${letterOf(index)} ${nameOf(project.variants, index)}` }, head(project, index), make("dl", { class: "pairs" }, rows.map(([title, cell]) => [make("dt", {}, title), make("dd", {}, cell(index))])));
}

/** The name of a variant and what can be done with it. */
function head({ variants, current }, index) {
  const letter = letterOf(index);
  const name = nameOf(variants, index);
  const key = (what) => ({ "data-key": `${what}-${variants[index].id}` });
  const field = make("input", { type: "text", class: "variant-name", value: variants[index].name, maxlength: 100, title: name, "aria-label": say("Name of variant {letter}", { letter }), ...key("name"), onchange: (event) => rename(index, event.target.value) });
  const small = (label, text, what, act, disabled = false) => make("button", { type: "button", class: "small-button", "aria-label": `${label} (${name})`, title: label, disabled, ...key(what), onclick: act }, text);
  const edit = () => {
    choose(index);
    go("projet", { question: PROJECT });
  };
  const { measure } = variants[index];
  return make(
    "div",
    { class: "variant-head" },
    make("div", { class: "variant-title" }, make("span", { class: "variant-letter" }, letter), index ? make("span", { class: "variant-sign", "aria-hidden": "true" }, signOf(index)) : null, field),
    make("p", { class: "variant-tags" }, index ? null : make("span", { class: "badge" }, say("reference")), measure ? make("span", { class: `badge measure-${measure.kind}` }, say(KINDS[measure.kind])) : null, index === current ? make("span", { class: "badge" }, say("being written")) : null),
    make(
      "div",
      { class: "variant-tools" },
      small(say("Change it"), say("Change it"), "edit", edit),
      small(say("Duplicate"), say("Duplicate"), "copy", () => add(index, say("Variant {letter}", { letter: letterOf(variants.length) }), undefined, { stay: true }), !hasRoom()),
      small(say("Move left"), "←", "left", () => move(index, -1), index === 0),
      small(say("Move right"), "→", "right", () => move(index, 1), index === variants.length - 1),
      small(say("Delete"), "×", "drop", () => remove(index), variants.length < 2),
    ),
  );
}

function amount(total, scale, hidden) {
  if (!total) return waiting();
  if (!Number.isFinite(total.value)) return make("span", { class: "muted" }, say("not evaluated"));
  const unit = unitName(scale && scale.factor !== 1 ? scale.unit : total.unit);
  if (hidden) return make("span", {}, `${bounds(total, { scale })}\u00a0${unit}`);
  return [make("strong", { class: "variant-figure" }, `${number(total, { scale, signed: true })}\u00a0${unit}`), " ", isExact(total) ? null : make("span", { class: "nowrap" }, bounds(total, { scale }))];
}

function difference(gap, letter, hidden) {
  if (!gap) return waiting();
  if (!Number.isFinite(gap.value)) return make("span", { class: "muted" }, say("not evaluated"));
  const shown = hidden ? bounds(gap) : [make("strong", { class: "variant-figure" }, `${number(gap, { signed: true })}\u00a0${unitName(gap.unit)}`), " ", isExact(gap) ? null : make("span", { class: "nowrap" }, bounds(gap))];
  return straddles(gap) ? [shown, make("p", { class: "variant-verdict" }, say("The data cannot tell {one} from {other}.", { one: letterOf(0), other: letter }))] : shown;
}

function chance(figures) {
  if (!figures) return waiting();
  if (!Number.isFinite(figures.chance)) return make("span", { class: "muted" }, say("not evaluated"));
  return probability(figures.chance, say("it emits less"), say("it emits more"));
}

function changed(changes, index, variants) {
  if (!index) return make("span", { class: "muted" }, "–");
  const nothing = !changes?.length;
  if (nothing) return make("span", { class: "variant-same" }, say("nothing: same place and same inputs as {reference}", { reference: nameOf(variants, 0) }));
  const row = ({ title, before, after }) => make("li", {}, make("span", { class: "change-title" }, title), " ", make("s", {}, make("span", { class: "visually-hidden" }, `${say("before:")} `), before), " → ", make("mark", {}, after));
  const shown = changes.slice(0, MOST_CHANGES).map(row);
  const rest = changes.slice(MOST_CHANGES).map(row);
  return [make("ul", { class: "changes" }, shown), rest.length ? make("details", {}, make("summary", {}, say("{count} other changes", { count: rest.length })), make("ul", { class: "changes" }, rest)) : null];
}

const MOST_CHANGES = 4;
const waiting = () => make("span", { class: "muted", "aria-hidden": "true" }, "…");
