// What an envelope says, in the order in which people ask: nothing here adds up figures that the envelope does not hold.

import { language, read, say } from "../../text.js";
import { itemOf } from "../charts/items.js";
import { unitName, words } from "../numbers.js";

const IMPACT = ["total", "pulse", "mean_annual"];
const SIGNED = /^(project|difference|land|territory|outside the total)$|avoided|land of the territory|a part of the flux|past changes/;
const FAMILIES = ["use", "kind", "carrier", "month"];
const MANY_ROWS = 20;
const NOTABLE = 0.05;

/** Whether the answer is an envelope. */
export const isEnvelope = (answer) => Array.isArray(answer?.indicators);

/** One indicator, or undefined. */
export const indicator = ({ indicators }, id) => indicators.find((each) => each.id === id);

/** The three figures: what the project does in all, at once and then each year; else the first three. */
export function headlines(envelope) {
  const impact = IMPACT.map((id) => indicator(envelope, id));
  return impact.every(Boolean) ? impact : envelope.indicators.slice(0, 3);
}

/** Whether the central values are left out, because the place is too small for the data. */
export const isHidden = ({ fitness }) => fitness?.verdict === "unfit";

/** Whether a figure is an effect, told with its sign, and not a level. */
export const isSigned = ({ scope, unit }) => /CO2/.test(unit ?? "") && SIGNED.test(scope ?? "");

/** The years of the horizon of a figure, or null. */
export function horizonOf({ horizon }) {
  const found = /^(\d+) yr$/.exec(horizon ?? "");
  return found ? Number(found[1]) : null;
}

/** What a figure is about: its scope, then its horizon or the years of the data. */
export function about({ scope, horizon }) {
  const told = say(`scope.${scope}`);
  const span = horizonOf({ horizon });
  const when = span ? say("over {years} years", { years: span }) : horizon ? say("data of {years}", { years: horizon }) : "";
  return [told === `scope.${scope}` ? "" : told, when].filter(Boolean).join(" · ");
}

/** A figure as people read it: a share in per cent, a calendar year as such. */
export function readable(figure) {
  const { id, unit, value, low, high } = figure;
  const whole = (number) => (Number.isFinite(number) ? number * 100 : number);
  if (unit === "-" && /share|^self_|probability/.test(id)) return { ...figure, value: whole(value), low: whole(low), high: whole(high), unit: "%" };
  return figure;
}

/** The title of an indicator as the page writes it. */
export function titleOf(figure) {
  return words(figure.title) || figure.id;
}

/** Where the largest items of an indicator are: two or three names in lower case. */
export function madeOf({ breakdown }, id) {
  const rows = (breakdown ?? []).filter(({ indicators, value }) => indicators.includes(id) && value);
  rows.sort((one, other) => Math.abs(other.value) - Math.abs(one.value));
  return rows.filter(({ value }) => Math.abs(value) >= NOTABLE * Math.abs(rows[0].value)).slice(0, 3).map(({ title }) => lower(words(title)));
}

/** The first letter in lower case, unless the word is written in capitals. */
export const lower = (text) => (/^\p{Lu}[\p{Lu}\d₀-₉]/u.test(text) ? text : text.charAt(0).toLocaleLowerCase(language) + text.slice(1));

/**
 * The ways in which an answer can be cut into items, the most telling first.
 * @returns {{ id: string, title: string, items: import("../charts/items.js").Item[], sorted: boolean, inTotal: boolean }[]}
 */
export function cuts(envelope) {
  const total = indicator(envelope, "total");
  const rows = envelope.breakdown ?? [];
  const inTotal = rows.filter((row) => row.indicators.includes("total") && row.unit === total?.unit);
  const found = inTotal.length > 1 ? [{ id: "items", title: say("cut.items"), items: inTotal.map(itemOf), sorted: true, inTotal: true }] : [];
  const families = FAMILIES.map((family) => ({ id: family, title: say(`cut.${family}`), items: envelope.indicators.filter(({ id, unit }) => id.startsWith(`${family}_`) && unit === total?.unit).map(itemOf), sorted: family !== "month", inTotal: true })).filter(({ items }) => items.length > 1);
  if (inTotal.length > MANY_ROWS && families.length) found.unshift(...families);
  else found.push(...families);
  const pools = envelope.indicators.filter(({ pool, unit }) => pool && unit === total?.unit);
  if (pools.length > 1) found.push({ id: "pool", title: say("cut.pool"), items: pools.map(itemOf), sorted: true, inTotal: true });
  return [...found, ...apart(rows, inTotal)];
}

/** What is not in the total, a cut for each unit. */
function apart(rows, inTotal) {
  const others = rows.filter((row) => !inTotal.includes(row) && !row.indicators.includes("total") && row.value !== null);
  const units = [...new Set(others.map(({ unit }) => unit))];
  return units.map((unit) => ({ id: `apart-${unit}`, title: say("cut.apart", { unit: unitName(unit) }), items: others.filter((row) => row.unit === unit).map(itemOf), sorted: true, inTotal: false }));
}

/** The share of each item in what is emitted, the largest first: items that remove are left out. */
export function grossShares(envelope) {
  const rows = (envelope.breakdown ?? []).filter((row) => row.indicators.includes("total") && row.value > 0);
  const gross = rows.reduce((sum, { value }) => sum + value, 0);
  return rows.map((row) => ({ title: withArticle(row.item, words(row.title)), share: row.value / gross })).sort((one, other) => other.share - one.share);
}

/** The name of an item inside a sentence, with its article where French has one. */
export function withArticle(id, title) {
  const told = say(`item.${id}`);
  return told === `item.${id}` ? lower(title) : told;
}

/** What the answer leaves out: items without value, and what the process says that it does not count. */
export function leftOut(envelope) {
  const rows = (envelope.breakdown ?? []).filter(({ value }) => value === null).map((row) => ({ title: words(row.title), area: row.area, reason: words(row.reason) }));
  const figures = envelope.indicators.filter(({ value }) => value === null).map((each) => ({ title: titleOf(each), area: null, reason: words(each.reason) }));
  const partly = (envelope.breakdown ?? []).filter(({ value, not_evaluated_area: area }) => value !== null && area > 0).map((row) => ({ title: words(row.title), area: row.not_evaluated_area, reason: words(row.reason) || say("a part of the area") }));
  const said = (envelope.warnings ?? []).filter(({ code }) => code === "not-counted").flatMap(({ message }) => listed(read(message)));
  const known = new Set(rows.map(({ title }) => title));
  return [...rows, ...figures.filter(({ title }) => !known.has(title)), ...partly, ...said.map((title) => ({ title, area: null, reason: "" }))];
}

/** "are not counted: a; b; c" as its parts. */
function listed(text) {
  const [, list = text] = /^[^:]*[:：]\s*(.*)$/s.exec(text) ?? [];
  return list.split(/\s*;\s*/).map((part) => words(part));
}

/** What the reader must know, without what is told elsewhere in the result. */
export function notices({ warnings }) {
  return (warnings ?? []).filter(({ code }) => !["not-counted", "synthetic"].includes(code));
}

/** Whether something rests on data made for demonstration. */
export const isSynthetic = ({ sources, fitness }) => (sources ?? []).some(({ synthetic }) => synthetic) || fitness?.synthetic > 0;
