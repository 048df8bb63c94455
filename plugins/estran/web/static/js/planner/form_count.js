// How many fields were filled, and how many stand on a default.

import { isBlank } from "./check.js";
import { hasDefault, isLeaf, kind } from "./schema.js";

/**
 * Count the fields of a value.
 * @param {object} schema
 * @param {unknown} value
 * @returns {{ filled: number, defaults: number }}
 */
export function count(schema, value) {
  const isSet = value !== undefined && value !== null;
  if (isLeaf(schema)) return { filled: Number(isSet), defaults: Number(!isSet && hasDefault(schema)) };
  const found = kind(schema);
  if (found === "line") return { filled: Number(isSet), defaults: 0 };
  if (found === "group") {
    if (!isSet && schema.nullable) return { filled: 0, defaults: 0 };
    return sum(Object.entries(schema.properties).map(([name, inner]) => count(inner, value?.[name])));
  }
  if (found === "rows") return sum((value ?? []).filter((row) => !isBlank(row)).map((row) => count(schema.items, row)));
  const known = Object.values(value ?? {});
  if (!known.length) return { filled: 0, defaults: Number(Boolean(schema["x-default"])) };
  return sum(known.map((inner) => count(schema.additionalProperties, inner)));
}

/** The counts of several fields together. */
export function sum(counts) {
  return counts.reduce((total, each) => ({ filled: total.filled + each.filled, defaults: total.defaults + each.defaults }), { filled: 0, defaults: 0 });
}
