// What a published input schema says of a field, in the language of the page. Nothing here knows an input by its name.

import { language, say, unitName } from "../text.js";

/** @typedef {object} Schema An input schema as the server publishes it, with its `x-` words. */

/**
 * How a value of this schema is asked for.
 * @param {Schema} schema
 * @returns {"choice"|"choices"|"yes-no"|"number"|"date"|"text"|"rows"|"shares"|"named"|"group"|"line"}
 */
export function kind(schema) {
  if (schema.anyOf) return "text";
  if (schema.type === "array") return schema.items?.properties ? "rows" : "choices";
  if (schema.type === "object") {
    if (schema.properties) return "group";
    if (typeof schema.additionalProperties !== "object") return "line";
    return schema.additionalProperties?.properties ? "named" : "shares";
  }
  if (schema.type === "boolean") return "yes-no";
  if (schema.type === "number" || schema.type === "integer") return "number";
  if (schema.enum || Object.keys(choicesOf(schema)).length) return "choice";
  return schema.format === "date" ? "date" : "text";
}

/** Whether a field of this schema is one control, and not a group of them. */
export function isLeaf(schema) {
  return !["rows", "shares", "named", "group", "line"].includes(kind(schema));
}

/** The title of a field. */
export function titleOf(schema, name) {
  return (language === "fr" && schema["x-title-fr"]) || schema.title || name;
}

/** What a field means; codes in it are replaced by the words that the form shows. */
export function helpOf(schema, siblings = {}) {
  const text = (language === "fr" && schema["x-description-fr"]) || schema.description || "";
  const words = choicesOf(schema);
  return text.replace(/\b(k?m)2\b/g, "$1²").replace(/`([^`]+)`/g, (whole, code) => {
    if (words[code]) return `« ${words[code]} »`;
    return siblings[code] ? `« ${titleOf(siblings[code], code)} »` : whole;
  });
}

/** The unit as people write it, empty when there is none. */
export function unitOf(schema) {
  return unitName(schema["x-unit"] ?? "").replace("1/an", say("per year")).replace("1/yr", say("per year"));
}

/** The choices of a field: title by value. */
export function choicesOf(schema) {
  const values = schema.enum ?? schema.items?.enum ?? schema.propertyNames?.enum ?? Object.keys(schema["x-enum-titles"] ?? {});
  const titles = (language === "fr" && schema["x-enum-titles-fr"]) || schema["x-enum-titles"] || {};
  return Object.fromEntries(values.map((value) => [value, titles[value] ?? String(value)]));
}

/** Whether a number is a share of one, so that 30 may have been meant as 30 %. */
export function isShare(schema) {
  return kind(schema) === "number" && schema.type === "number" && schema.maximum <= 1 && schema.minimum >= -1;
}

/** Whether a number is a calendar year, written without grouping. */
export function isYear(schema) {
  return schema.type === "integer" && schema.minimum >= 1000 && schema.maximum <= 9999;
}

/** What the server takes when a field is left out; undefined when the schema does not say. */
export function defaultOf(schema) {
  const value = schema.default;
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value) && !value.length) return undefined;
  return isLeaf(schema) ? value : undefined;
}

/** Whether a field left out takes a known value. */
export function hasDefault(schema) {
  return isLeaf(schema) && (defaultOf(schema) !== undefined || Boolean(schema["x-default"]));
}

/** The inputs of a process as one object schema: words beside each schema, and which are required. */
export function asObject(description) {
  const properties = {};
  const required = [];
  for (const [name, input] of Object.entries(description.inputs ?? {})) {
    const said = { title: input.title, description: input.description };
    properties[name] = { ...input.schema, ...said, "x-title-fr": input.title, "x-description-fr": input.description };
    if (input.minOccurs !== 0) required.push(name);
  }
  return { type: "object", properties, required };
}

/** The titles of the inputs of a process, by name, those inside groups and rows included; the outermost wins. */
export function namesOf(description) {
  const names = new Map();
  const read = (properties) => {
    const inside = Object.entries(properties ?? {});
    for (const [name, schema] of inside) if (!names.has(name)) names.set(name, titleOf(schema, name));
    for (const [, schema] of inside) read((schema.items ?? schema.additionalProperties ?? schema).properties ?? schema.properties);
  };
  read(asObject(description).properties);
  return names;
}

/** The schema at a path, through rows and named values. */
export function schemaAt(schema, path) {
  return path.reduce((found, step) => found?.properties?.[step] ?? found?.items ?? found?.additionalProperties, schema);
}
