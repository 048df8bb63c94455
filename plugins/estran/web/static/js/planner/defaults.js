// What stands in for a field that is left out: a value of the schema, or a factor with its source.

import { language, say, unitName } from "../text.js";
import { writeNumber } from "./fields_number.js";
import { choicesOf, defaultOf, kind, unitOf } from "./schema.js";

const root = document.querySelector('meta[name="estran-base"]')?.dataset.root ?? "";
const MOST_SHOWN = 6;
const asked = new Map();

/**
 * @typedef {object} Default
 * @property {string} text The value in words.
 * @property {string} [source] Where it comes from.
 * @property {string} [href] Page of the factor.
 * @property {number} [value] The number, when it is in the unit of the field.
 */

/** What the schema alone says of the default. @returns {Default|null} */
export function plainDefault(schema) {
  const value = defaultOf(schema);
  if (value === undefined) return null;
  if (kind(schema) === "number") return { text: `${writeNumber(value, schema)}\u00a0${unitOf(schema)}`.trim(), value };
  if (kind(schema) === "yes-no") return { text: value ? say("yes") : say("no") };
  return { text: choicesOf(schema)[value] ?? String(value) };
}

/** The default with its source, read from the registry of factors. @returns {Promise<Default|null>} */
export async function sourcedDefault(schema) {
  const plain = plainDefault(schema);
  const factor = schema["x-default"];
  if (!factor?.includes(".")) return plain;
  const found = await factorsOf(factor);
  if (!found.length) return plain;
  const href = found.length === 1 ? pageOf(found[0].id) : listOf(factor);
  const source = sourceOf(found);
  if (plain) return { ...plain, source, href };
  if (found.length > 1) return { text: severalInWords(schema, factor, found), source, href };
  const { value, unit } = found[0];
  const own = schema["x-unit"] ?? "-";
  return { text: `${writeNumber(value, schema)}\u00a0${unitName(unit)}`.trim(), source, href, ...(unit === own ? { value } : {}) };
}

/** The factor itself, else those whose identifier it begins; asked once. */
function factorsOf(identifier) {
  if (!asked.has(identifier)) asked.set(identifier, read(identifier));
  return asked.get(identifier);
}

async function read(identifier) {
  const one = await json(`${root}/collections/factors/items/${encodeURIComponent(identifier)}?f=json&lang=${language}`);
  if (one) return [one.properties].filter(({ value }) => value !== null);
  const several = await json(`${root}/collections/factors/items?f=json&lang=${language}&limit=50&filter=${filterOf(identifier)}`);
  return (several?.features ?? []).map(({ properties }) => properties).filter(({ value }) => value !== null);
}

async function json(address) {
  const response = await fetch(address, { headers: { Accept: "application/geo+json, application/json" } }).catch(() => null);
  return response?.ok ? response.json().catch(() => null) : null;
}

function severalInWords(schema, prefix, found) {
  const words = choicesOf(schema);
  const named = found.map(({ id, value, unit }) => {
    const key = id.slice(prefix.length + 1);
    return words[key] ? `${words[key].toLocaleLowerCase(language)} ${writeNumber(value)}\u00a0${unitName(unit)}`.trim() : null;
  });
  const known = named.filter(Boolean);
  if (!known.length) return say("{count} values of the registry, by case", { count: found.length });
  return known.slice(0, MOST_SHOWN).join(", ");
}

function sourceOf(found) {
  const sources = [...new Set(found.map(({ source, year }) => [withoutAddress(source), year].filter(Boolean).join(", ")))];
  return sources.length > 2 ? say("{count} sources", { count: sources.length }) : sources.join("; ");
}

function withoutAddress(source) {
  const words = (source ?? "").replace(/,?\s*https?:\/\/\S+/g, "").trim();
  return /estran method/i.test(words) ? say("working value of the Estran method") : words;
}

function pageOf(identifier) {
  return `${root}/collections/factors/items/${encodeURIComponent(identifier)}?f=html&lang=${language}`;
}

function listOf(prefix) {
  return `${root}/collections/factors/items?f=html&lang=${language}&filter=${filterOf(prefix)}`;
}

function filterOf(prefix) {
  return encodeURIComponent(`id LIKE '${prefix}.%'`);
}
