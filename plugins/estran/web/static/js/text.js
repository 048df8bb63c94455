// The words and the numbers of the page's language.

const words = JSON.parse(document.getElementById("messages")?.textContent ?? "{}");

export const language = document.documentElement.lang.slice(0, 2);

/** A phrase of the page, with its {places} filled. */
export function say(key, values = {}) {
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** A text that comes as `{fr, en}` or as a plain string. */
export function read(text) {
  if (text === null || text === undefined) return "";
  if (typeof text === "object") return String(text[language] ?? text.fr ?? text.en ?? "");
  return String(text);
}

/** The unit as people write it. */
export function unitName(unit) {
  return String(unit ?? "")
    .replace(/CO2/g, "CO₂")
    .replace(/\/(year|yr)\b/, language === "fr" ? "/an" : "/year")
    .replace(/\b(m|km)2\b/g, "$1²");
}

const MINUS = "\u2212";

function written(value, digits) {
  const rounded = new Intl.NumberFormat(language === "fr" ? "fr-FR" : "en-GB", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(Math.abs(value) < 10 ** -digits / 2 ? 0 : value);
  return rounded.replace(/^-/, MINUS);
}

/** The step to which a value and its bounds are rounded: 10^floor(log10(width / 5)). */
export function roundingStep(low, high) {
  const width = Math.abs(high - low);
  return width > 0 ? 10 ** Math.floor(Math.log10(width / 5)) : null;
}

/** A number on a step; without a step, two significant digits. */
export function number(value, step = null) {
  if (value === null || value === undefined || !Number.isFinite(value)) return say("not evaluated");
  if (value === 0) return "0";
  const chosen = step ?? 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1);
  const digits = Math.max(0, -Math.floor(Math.log10(chosen) + 1e-9));
  return written(Math.round(value / chosen) * chosen, Math.min(digits, 6));
}

/** A number as it is, to a few decimals. */
export function plain(value, digits = 2) {
  return new Intl.NumberFormat(language === "fr" ? "fr-FR" : "en-GB", { maximumFractionDigits: digits })
    .format(value)
    .replace(/^-/, MINUS);
}

/** A share of one, in per cent. */
export function percent(share) {
  const value = share * 100;
  const text = value > 0 && value < 0.1 ? `< ${plain(0.1)}` : plain(value, value < 10 || value > 99 ? 1 : 0);
  return language === "fr" ? `${text}\u00a0%` : `${text}%`;
}

/** Thousands of tonnes or millions when the figures are large: one factor for all of them. */
export function scaleFor(unit, largest) {
  const isTonnes = /^t(C|CO2|CO₂)/.test(unit ?? "");
  if (isTonnes && largest >= 1e6) return { factor: 1e6, unit: `M${unit}` };
  if (isTonnes && largest >= 1e5) return { factor: 1e3, unit: `k${unit}` };
  return { factor: 1, unit: unit ?? "" };
}

/** The scale that suits several figures of one unit. */
export function sharedScale(figures) {
  const reach = figures.flatMap(({ value, low, high }) => [value, low, high]).map((n) => Math.abs(n ?? 0));
  return scaleFor(figures[0]?.unit, Math.max(0, ...reach));
}

/** A value and its interval in words, on one scale; an area is measured, so it has no interval. */
export function figure({ value, low, high, unit }, scale) {
  if (unit === "ha" && !Number.isFinite(low)) {
    const text = Number.isFinite(value) ? plain(value, Math.abs(value) < 10 ? 2 : 1) : say("not evaluated");
    return { unit, value: text, known: false, range: "", brackets: "" };
  }
  const { factor, unit: scaled } = scale ?? scaleFor(unit, Math.max(...[value, low, high].map((n) => Math.abs(n ?? 0))));
  const known = Number.isFinite(low) && Number.isFinite(high);
  const step = known ? roundingStep(low / factor, high / factor) : null;
  const shown = (n) => number(n / factor, step);
  return {
    unit: unitName(scaled),
    value: value === null || value === undefined ? say("not evaluated") : shown(value),
    known,
    range: known ? say("between {low} and {high}", { low: shown(low), high: shown(high) }) : say("unknown interval"),
    brackets: known
      ? low < 0 || high < 0
        ? `[${shown(low)}\u00a0; ${shown(high)}]`
        : `[${shown(low)}–${shown(high)}]`
      : say("unknown interval"),
  };
}
