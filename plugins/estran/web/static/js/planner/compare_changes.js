// What was entered otherwise in a variant than in the reference, in the words of the published schema.

import { read, say } from "../text.js";
import { area } from "./describe.js";
import { asPercent, writeNumber } from "./fields_number.js";
import { areaHa } from "./geo.js";
import { choicesOf, isShare, kind, titleOf, unitOf } from "./schema.js";
import * as state from "./state.js";
import { PROJECT } from "./variants.js";

/**
 * A change: where, what it was, what it is.
 * @typedef {{ title: string, before: string, after: string }} Change
 *
 * The changes between two variants.
 * @param {import("./state.js").Variant} reference
 * @param {import("./state.js").Variant} variant
 * @param {object} description Of `project-impact`.
 * @returns {Change[]}
 */
export function changesOf(reference, variant, description) {
  const found = placeChange(reference.place, variant.place);
  const [before, after] = [reference.inputs[PROJECT] ?? {}, variant.inputs[PROJECT] ?? {}];
  for (const [name, input] of Object.entries(description.inputs)) {
    if (name === "geometry") continue;
    const schema = { ...input.schema, title: read(input.title), "x-title-fr": read(input.title) };
    found.push(...compared(schema, name, before[name], after[name], []));
  }
  return found;
}

function compared(schema, name, before, after, above) {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const path = [...above, titleOf(schema, name)];
  const what = kind(schema);
  const inside = [before, after].filter((each) => each !== undefined && each !== null);
  if (what === "group" && inside.length) return Object.entries(schema.properties).flatMap(([key, own]) => compared(own, key, before?.[key], after?.[key], path));
  if (what === "rows" && Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    const many = before.length > 1;
    return before.flatMap((row, index) => Object.entries(schema.items.properties).flatMap(([key, own]) => compared(own, key, row?.[key], after[index]?.[key], many ? [...path, rowName(schema.items, row, index)] : path)));
  }
  if (what === "shares" && inside.length) {
    const words = choicesOf(schema);
    const keys = [...new Set(inside.flatMap(Object.keys))];
    return keys.flatMap((key) => compared({ ...schema.additionalProperties, title: words[key] ?? key, "x-title-fr": words[key] ?? key, "x-unit": schema["x-unit"] }, key, before?.[key], after?.[key], path));
  }
  return [{ title: path.join(" · "), before: told(schema, before), after: told(schema, after) }];
}

/** A row by its first choice, else by its rank. */
function rowName(schema, row, index) {
  const [key, own] = Object.entries(schema.properties).find(([, each]) => kind(each) === "choice") ?? [];
  return key && row?.[key] ? (choicesOf(own)[row[key]] ?? row[key]) : String(index + 1);
}

/** A value in words. */
export function told(schema, value) {
  if (value === undefined || value === null) return say("by default");
  const what = kind(schema);
  if (what === "number" && isShare(schema)) return asPercent(value);
  if (what === "number") return `${writeNumber(value, schema)}\u00a0${unitOf(schema)}`.trim();
  if (what === "yes-no") return value ? say("yes") : say("no");
  if (what === "rows") return value.length ? value.map((row) => fieldsTold(schema.items, row)).join(" ; ") : say("none");
  if (what === "group") return fieldsTold(schema, value);
  if (what === "shares") return Object.entries(value).map(([key, each]) => `${choicesOf(schema)[key] ?? key} ${told({ ...schema.additionalProperties, "x-unit": schema["x-unit"] }, each)}`).join(" ; ");
  return choicesOf(schema)[value] ?? String(typeof value === "object" ? JSON.stringify(value) : value);
}

function fieldsTold(schema, values) {
  return Object.entries(schema.properties ?? {}).filter(([key]) => values?.[key] !== undefined).map(([key, own]) => told(own, values[key])).join(", ");
}

function placeChange(before, after) {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const [was, is] = [placeTold(before), placeTold(after)];
  return [{ title: say("Place"), before: was, after: is === was ? say("another outline or other classes") : is }];
}

function placeTold(place) {
  if (!state.hasPlace(place)) return say("none");
  if (place.reference) return place.reference.label ?? place.reference.ids.join(", ");
  const ha = place.features.reduce((sum, { geometry }) => sum + areaHa(geometry), 0);
  return [area(ha), place.features.length > 1 ? say("{count} parts", { count: place.features.length }) : ""].filter(Boolean).join(", ");
}
