// The words and the units of the page's language; planner/numbers.js writes the figures.

const words = Object.assign({}, ...["messages", "planner-messages", "dashboard-messages"].map((id) => JSON.parse(document.getElementById(id)?.textContent ?? "{}")));

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

const FRENCH_UNITS = {
  yr: "an",
  year: "an",
  a: "an",
  person: "personne",
  persons: "personnes",
  day: "jour",
  trip: "déplacement",
  trips: "déplacements",
  tree: "arbre",
  trees: "arbres",
  space: "place",
  spaces: "places",
  dwelling: "logement",
  dwellings: "logements",
  delivered: "livré",
  demolished: "démoli",
  kWp: "kWc",
};

const GASES = /(CO|CH|N|SF|NF)([2346])/g;
const METRES = /(?<![A-Za-z])([kc]?m)([23])/g;

/** The unit as people write it. */
export function unitName(unit) {
  if (!unit || unit === "-") return "";
  if (unit === "yr") return language === "fr" ? "ans" : "years";
  const spelled = language === "fr" ? String(unit).replace(/[A-Za-z]+/g, (word) => FRENCH_UNITS[word] ?? word) : String(unit);
  return spelled.replace(GASES, (_whole, gas, digit) => gas + "₀₁₂₃₄₅₆₇₈₉"[digit]).replace(METRES, (_whole, metre, digit) => metre + { 2: "²", 3: "³" }[digit]);
}

const MINUS = "\u2212";

/** A number as it is, to a few decimals. */
export function plain(value, digits = 2) {
  return new Intl.NumberFormat(language === "fr" ? "fr-FR" : "en-GB", { maximumFractionDigits: digits })
    .format(value)
    .replace(/^-/, MINUS);
}
