// The three figures, the verdict and what gives them a size: what is read in the first ten seconds.

import { make } from "../../dom.js";
import { say } from "../../text.js";
import { interval } from "../charts/interval.js";
import { between, bounds, figure, fitness, hasInterval, isCounted, isExact, MARKS as SIGNS, number, percent, plainNumber, probabilityAbove, scaleOf, sentence, spoken, unitName, words } from "../numbers.js";
import { about, headlines, horizonOf, indicator, isHidden, isSigned, isSynthetic, madeOf, readable, titleOf } from "./reading.js";
import { surely } from "./sentences.js";

const LONG_NAME = 24;

/** The figures of an answer, as a list. */
export function figures(envelope) {
  const shown = headlines(envelope).map(readable);
  const hideCentre = isHidden(envelope);
  return make("ul", { class: "result-figures" }, shown.map((each) => one(envelope, each, shown.filter(({ unit }) => unit === each.unit), hideCentre)));
}

function one(envelope, each, alike, hideCentre) {
  const scale = scaleOf([each]);
  const signed = isSigned(each);
  const isMissing = each.value === null;
  const unit = make("span", { class: "figure-unit" }, unitName(scale.unit));
  const options = { scale, signed };
  const hide = hideCentre && hasInterval(each) && !isExact(each);
  const name = nameOf(envelope, each);
  const value = isMissing ? say("not evaluated") : hide ? bounds(each, { scale }) : number(each, options);
  const strip = isMissing || isExact(each) ? null : interval({ ...each, hideCentre: hide, domain: alike.length > 1 ? domainOf(alike) : undefined });
  const range = isMissing ? sentence(each.reason) : isCounted(each) ? say("counted on the layers, without interval") : isExact(each) ? say("without interval") : hide ? say("no central value at this scale") : between(each, { scale });
  return make(
    "li",
    { class: hide || each.partial || name.length > LONG_NAME ? "result-figure is-long" : "result-figure" },
    make("p", { class: "figure-name" }, name),
    make("p", { class: `figure-value${isMissing ? " is-missing" : hide ? " is-range" : ""}` }, make("span", { "aria-hidden": "true" }, make("strong", {}, value), isMissing ? null : [" ", unit]), make("span", { class: "visually-hidden" }, spoken(each, { ...options, hideCentre: hide }))),
    strip ? quiet(strip.svg) : make("span", { class: "no-interval" }),
    make("p", { class: "figure-range" }, range, each.partial ? make("span", { class: "pill" }, say("partly")) : null),
    make("p", { class: "figure-about" }, scopeOf(envelope, each)),
  );
}

/** The strip repeats what is written: it is not read twice. */
function quiet(svg) {
  svg.removeAttribute("role");
  svg.removeAttribute("aria-label");
  svg.setAttribute("aria-hidden", "true");
  return svg;
}

function domainOf(alike) {
  const reach = alike.flatMap(({ value, low, high }) => [value, low, high]).filter(Number.isFinite);
  return [Math.min(0, ...reach), Math.max(0, ...reach)];
}

function nameOf(envelope, each) {
  const years = horizonOf(each);
  const isImpact = indicator(envelope, "pulse") && years;
  if (isImpact && each.id === "total") return say("In all, over {years} years", { years });
  if (isImpact && each.id === "pulse") return isAtOnce(envelope) ? say("From the first year") : say("Once and for all");
  if (isImpact && each.id === "mean_annual") return say("Then each year");
  return titleOf(each);
}

function isAtOnce({ breakdown, timeline }) {
  const once = new Set(breakdown.filter(({ indicators }) => indicators.includes("pulse")).map(({ item }) => item));
  return (timeline ?? []).every(({ item, year, value }) => year === 1 || !value || !once.has(item));
}

function scopeOf(envelope, each) {
  if (each.id === "pulse" || each.id === "mean_annual") return madeOf(envelope, each.id).join(", ");
  return about(each);
}

/** Is the place large enough for the data? With the reasons on demand, what is covered, and how sure the sign is. */
export function verdict(envelope) {
  const { fitness: found, coverage } = envelope;
  if (!found) return null;
  const reasons = found.reasons ?? [];
  const total = indicator(envelope, "total");
  const above = total && !isHidden(envelope) ? probabilityAbove(total, total.confidence ?? 0.9) : null;
  const certain = surely(envelope, above);
  const avoided = envelope.indicators.find(({ id }) => id === "pv_avoided");
  return make(
    "div",
    { class: `result-verdict is-${found.verdict}` },
    make("p", { class: "verdict-word" }, found.verdict === "unfit" && found.supports === null ? `${SIGNS.unfit} ${words(found.title)}` : fitness(found.verdict), isSynthetic(envelope) ? make("span", { class: "pill demo" }, say("Demonstration data")) : null),
    reasons.length ? make("details", { class: "why" }, make("summary", {}, say("Why?")), make("ul", {}, reasons.map((reason) => make("li", {}, sentence(reason))))) : null,
    covered(coverage).map((text) => make("p", { class: "coverage" }, text)),
    certain ? make("p", {}, capital(certain), ".") : null,
    avoided ? make("p", { class: "avoided" }, say("Avoided elsewhere, outside the total: {figure}", { figure: figure(avoided, { signed: true }) }), " ", tip(say("Emissions avoided outside the project (power grid). They depend on a scenario: they are not taken off the total."))) : null,
  );
}

const capital = (text) => text.charAt(0).toLocaleUpperCase() + text.slice(1);

/** What of the place is not described. */
export function covered(coverage) {
  const { inside, share } = coverage ?? {};
  const lines = [];
  if (Number.isFinite(inside) && inside < 0.9995) lines.push(say("{share} of the area is outside the territory, not counted", { share: percent(1 - inside) }));
  const undescribed = Number.isFinite(inside) && Number.isFinite(share) ? inside - share : 0;
  if (undescribed > 0.0005) lines.push(say("{share} of the area without data, not counted", { share: percent(undescribed) }));
  return lines;
}

/** A « ? » that says more: a button, closed by Escape. */
export function tip(text) {
  const box = make("span", { class: "tip-text", role: "status" });
  const button = make("button", { type: "button", class: "tip", "aria-expanded": "false", "aria-label": say("More about this") }, "?");
  const show = (on) => {
    box.textContent = on ? text : "";
    button.setAttribute("aria-expanded", String(on));
  };
  button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
  button.addEventListener("keydown", (event) => event.key === "Escape" && show(false));
  return [button, box];
}

const MARKS = [
  ["total_per_inhabitant", "{figure} over {years} years"],
  ["total_per_floor_area", "{figure} over {years} years"],
  ["first_year_share_of_yearly_cut", "first year: {figure} of the yearly cut that the territory needs"],
  ["mean_annual_share_of_yearly_cut", "then each year: {figure} of this cut"],
  ["mean_annual_share_of_footprint", "{figure} of its yearly footprint"],
];

/** What gives the figures a size: per inhabitant, of the yearly cut of the territory; the footprint never alone; a zero gives no size. */
export function marks(envelope) {
  const found = MARKS.map(([id, text]) => [indicator(envelope, id), text]).filter(([each]) => Number.isFinite(each?.value) && each.value !== 0);
  if (!found.some(([{ id }]) => id !== "mean_annual_share_of_footprint")) return null;
  const hideCentre = isHidden(envelope);
  return make(
    "div",
    { class: "result-marks" },
    make("h3", {}, say("To compare"), " ", tip(say("The total of the territory is a footprint, imports included. A small part of a very large total is not a small emission."))),
    make("ul", {}, found.map(([each, text]) => make("li", {}, say(text, { figure: figure(each, { hideCentre }), years: horizonOf(each) })))),
  );
}

/** The other figures, as rows of a table. */
export function otherFigures(envelope) {
  const first = new Set(headlines(envelope).map(({ id }) => id));
  const marked = new Set(MARKS.map(([id]) => id));
  const hideCentre = isHidden(envelope);
  return envelope.indicators.filter(({ id }) => !first.has(id) && !marked.has(id) && id !== "pv_avoided").map((raw) => {
    const each = readable(raw);
    const isYear = /year$/.test(each.id) && each.unit === "-";
    const value = isYear && Number.isFinite(each.value) ? String(Math.round(each.value)) : hideCentre && hasInterval(each) ? "–" : `${number(each, { signed: isSigned(each) })} ${each.value === null ? "" : unitName(each.unit)}`.trim();
    const range = isYear && hasInterval(each) ? `[${Math.round(each.low)}–${Math.round(each.high)}]` : each.value === null ? "" : bounds(each);
    return { id: each.id, title: titleOf(each), about: about(each), value, range, note: each.partial ? say("partly") : each.value === null ? sentence(each.reason) : "" };
  });
}

/** An area in words. */
export const hectares = (area) => `${plainNumber(area)}\u00a0ha`;
