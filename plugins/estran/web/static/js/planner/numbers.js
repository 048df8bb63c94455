// How a number is written: rounded to what its interval deserves, with its unit, in the language of the page.
// The rule and its cases are those of tests/numbers.json, which the server's reports follow too.

import { language, read, say, unitName } from "../text.js";

export { unitName };

/**
 * A number with its interval, as an envelope gives it.
 * @typedef {object} Amount
 * @property {number|null} value
 * @property {number|null} [low]
 * @property {number|null} [high]
 * @property {string} unit
 *
 * One scale for several figures: thousands or millions of tonnes.
 * @typedef {{ factor: number, unit: string }} Scale
 */

const NBSP = "\u00a0";
const MINUS = "\u2212";
const PARTS = 5;
const DIGITS = 2;
const EXACT_DIGITS = 3;
const WHOLE_FROM = 10;
const NEAR = 1e-9;
const [CERTAIN, LIKELY, SURE] = [0.95, 0.8, 0.99];

const isKnown = (number) => Number.isFinite(number);

/** Whether both bounds are known. @param {Amount} amount */
export const hasInterval = ({ low, high }) => isKnown(low) && isKnown(high);

/** Whether there is no doubt at all. @param {Amount} amount */
export const isExact = ({ low, high }) => hasInterval({ low, high }) && low === high;

/** Whether a number was counted or measured on the layers, so that no interval is expected. @param {Amount} amount */
export const isCounted = ({ low, high, unit }) => !isKnown(low) && !isKnown(high) && ["ha", "m2", "-", "km"].includes(unit);

/** The power of ten on which a value and its bounds are rounded. @param {Amount} amount */
export function stepPower({ value, low, high, unit }) {
  const width = hasInterval({ low, high }) ? high - low : 0;
  let power;
  if (width > 0) power = Math.floor(Math.log10(width / PARTS) + NEAR);
  else if (!value) power = 0;
  else power = Math.floor(Math.log10(Math.abs(value)) + NEAR) + 1 - (hasInterval({ low, high }) ? EXACT_DIGITS : DIGITS);
  const largest = Math.max(...[value, low, high].filter(isKnown).map(Math.abs), 0);
  return isTonnes(unit) && largest >= WHOLE_FROM ? Math.max(power, 0) : power;
}

function isTonnes(unit) {
  const parts = String(unit ?? "").split("/");
  return parts.length <= 2 && ["tCO2e", "tCO2", "tC"].includes(parts[0]);
}

/** The nearest multiple of ten to this power, halves away from zero. */
export function rounded(value, power) {
  const size = Math.abs(value);
  const steps = Math.floor((power >= 0 ? size / 10 ** power : size * 10 ** -power) + 0.5 + NEAR);
  const result = power >= 0 ? steps * 10 ** power : steps / 10 ** -power;
  return value < 0 && result ? -result : result;
}

/** A rounded number in words: grouped, with its minus, with the decimals of its step. */
export function written(value, power, { signed = false } = {}) {
  const number = rounded(value, power);
  const digits = Math.min(Math.max(0, -power), 20);
  const text = new Intl.NumberFormat(language === "fr" ? "fr-FR" : "en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: true }).format(Math.abs(number));
  if (number === 0) return text;
  return (number < 0 ? MINUS : signed ? "+" : "") + text;
}

const scaled = (amount, scale) =>
  scale ? { value: by(amount.value, scale), low: by(amount.low, scale), high: by(amount.high, scale), unit: scale.factor === 1 ? amount.unit : scale.unit } : amount;
const by = (number, { factor }) => (isKnown(number) ? number / factor : number);

/**
 * The central value alone.
 * @param {Amount} amount
 * @param {{ signed?: boolean, scale?: Scale }} [options]
 */
export function number(amount, { signed = false, scale = null } = {}) {
  const told = scaled(amount, scale);
  if (!isKnown(told.value)) return say("not evaluated");
  if (isCounted(told)) return plainNumber(told.value);
  return written(told.value, stepPower(told), { signed });
}

/** The interval in brackets, for a table. @param {Amount} amount */
export function bounds(amount, { scale = null } = {}) {
  const told = scaled(amount, scale);
  if (!isKnown(told.value) || isExact(told) || isCounted(told)) return "–";
  if (!hasInterval(told)) return say("interval unknown");
  const [low, high] = [told.low, told.high].map((bound) => written(bound, stepPower(told)));
  return `[${low}${(low + high).includes(MINUS) ? `${NBSP}; ` : "–"}${high}]`;
}

/** The interval in words, without its unit. @param {Amount} amount */
export function between(amount, { scale = null, signed = false } = {}) {
  const told = scaled(amount, scale);
  if (!hasInterval(told)) return say("interval unknown");
  const power = stepPower(told);
  return say("between {low} and {high}", { low: written(told.low, power, { signed }), high: written(told.high, power, { signed }) });
}

/** A whole figure for a sentence: value, unit, interval. @param {Amount} amount */
export function figure(amount, { signed = false, scale = null, hideCentre = false } = {}) {
  if (!isKnown(amount.value)) return say("not evaluated");
  const unit = unitName(scale && scale.factor !== 1 ? scale.unit : amount.unit);
  const withUnit = (text) => (unit ? `${text}${NBSP}${unit}` : text);
  if (hideCentre && hasInterval(amount) && !isExact(amount)) return withUnit(between(amount, { scale }));
  const central = withUnit(number(amount, { signed, scale }));
  if (isExact(amount) || isCounted(amount)) return central;
  return `${central} (${between(amount, { scale })})`;
}

/** A figure as it is said aloud: units in full words. @param {Amount} amount */
export function spoken(amount, options = {}) {
  return figure(amount, options).replaceAll(/[kM]?tC(O₂e?)?\b|[kM]?tCO₂e?|kgCO₂e?/g, (unit) => say(`spoken.${unit}`)).replaceAll(MINUS, language === "fr" ? "moins " : "minus ");
}

/** How sure a statement is, or its opposite, always with the number. */
export function probability(chance, statement, opposite) {
  const isTrue = chance >= 0.5;
  const sure = isTrue ? chance : 1 - chance;
  const said = isTrue ? statement : opposite;
  if (sure < LIKELY) return say("the data cannot tell ({chances} chances in 100 that {statement})", { chances: Math.round(100 * chance), statement });
  const chances = sure > SURE ? say("more than 99") : String(Math.round(100 * sure));
  return sure >= CERTAIN ? say("{statement}: almost certain ({chances} chances in 100)", { statement: said, chances }) : say("{statement}: likely ({chances} chances in 100)", { statement: said, chances });
}

/** The probability that a figure is above zero, a normal law on each side of its centre; null when it is not known. */
export function probabilityAbove(amount, confidence) {
  if (!isKnown(amount.value) || !hasInterval(amount)) return null;
  const side = amount.value >= 0 ? amount.value - amount.low : amount.high - amount.value;
  if (side <= 0) return amount.value === 0 ? 0.5 : Number(amount.value > 0);
  return normalBelow((amount.value * normalQuantile(0.5 + confidence / 2)) / side);
}

/** Abramowitz and Stegun 26.2.17: exact to 1e-7. */
function normalBelow(x) {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return x >= 0 ? 1 - tail : tail;
}

function normalQuantile(share) {
  let [low, high] = [0, 10];
  for (let turn = 0; turn < 60; turn += 1) {
    const middle = (low + high) / 2;
    if (normalBelow(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** A share, from 0 to 1, in per cent. */
export function percent(share) {
  const hundred = 100 * share;
  const size = Math.abs(hundred);
  let power = size >= WHOLE_FROM || !size ? 0 : Math.max(-4, Math.floor(Math.log10(size) + NEAR) - 1);
  if (size && size < 1) power = Math.max(-4, Math.floor(Math.log10(size) + NEAR));
  const text = written(hundred, power);
  return language === "fr" ? `${text}${NBSP}%` : `${text}%`;
}

/** A number that is not in doubt, such as an area, with three significant digits at most after the mark. */
export function plainNumber(value) {
  if (!value) return "0";
  const power = Math.min(0, Math.floor(Math.log10(Math.abs(value)) + NEAR) + 1 - EXACT_DIGITS);
  const text = written(value, power);
  return power < 0 ? text.replace(/[,.]?0+$/, "") : text;
}

/** One scale for figures of one unit: thousands of tonnes from 100,000 on, millions from 1,000,000. @param {Amount[]} amounts */
export function scaleOf(amounts) {
  const unit = amounts[0]?.unit ?? "";
  const largest = Math.max(0, ...amounts.flatMap(({ value, low, high }) => [value, low, high]).filter(isKnown).map(Math.abs));
  if (isTonnes(unit) && largest >= 1e6) return { factor: 1e6, unit: `M${unit}` };
  if (isTonnes(unit) && largest >= 1e5) return { factor: 1e3, unit: `k${unit}` };
  return { factor: 1, unit };
}

const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";
const GAS_IN_TEXT = /(?<![A-Za-z0-9_.])((?:[kMG]?t|kg|g)?)(CO|CH|N|SF|NF)([2346])(e?O?)(?![0-9a-zA-Z_])/g;

let names = new Map();

/** What programs call an input, and people by its title: texts say the title from now on. @param {Map<string, string>} titles */
export function callInputs(titles) {
  names = titles;
}

/** A text of an answer in the language of the page, as it is printed: titles, subscripts, apostrophes, no-break spaces. */
export function words(text) {
  const plain = read(text)
    .replace(/`([^`]*)`/g, (_whole, name) => (names.has(name) ? (language === "fr" ? `« ${names.get(name)} »` : `“${names.get(name)}”`) : name))
    .replace(GAS_IN_TEXT, (_whole, mass, gas, digit, rest) => mass + gas + SUBSCRIPTS[digit] + rest)
    .replace(/(?<![\w.])([kcmd]?m)([23])(?![\w.])/g, (_whole, metre, digit) => metre + { 2: "²", 3: "³" }[digit])
    .replace(/(?<=\d) (?=(%|‰|ha\b|km\b|m\b|m²|tCO|tC\b|kW|t\b|an\b|ans\b|years?\b|yr\b))/g, NBSP);
  if (language !== "fr") return plain;
  return plain.replaceAll("'", "’").replace(/ ([;?!])/g, "\u202f$1").replace(/ :(?=\s|$)/g, `${NBSP}:`).replaceAll("« ", `«${NBSP}`).replaceAll(" »", `${NBSP}»`);
}

/** The same with a capital and a full stop. */
export function sentence(text) {
  const said = words(text);
  return said ? said[0].toLocaleUpperCase(language) + said.slice(1) + (/[.!?…]$/.test(said) ? "" : ".") : "";
}

export const MARKS = { fit: "●", "order-of-magnitude": "◆", unfit: "▲" };
const FITNESS = { fit: "Fit for this scale", "order-of-magnitude": "Order of magnitude only", unfit: "Unfit for this scale" };

/** A verdict with its sign. */
export function fitness(verdict) {
  return `${MARKS[verdict] ?? ""} ${say(FITNESS[verdict] ?? verdict)}`.trim();
}
