// Is what was typed what the published schema asks for? Each problem names its field and the way out.

import { say } from "../text.js";
import { asPercent, writeNumber } from "./fields_number.js";
import { choicesOf, isShare, kind, titleOf, unitOf } from "./schema.js";

/**
 * @typedef {object} Problem
 * @property {Array<string|number>} path Where in the inputs.
 * @property {string} title Title of the field.
 * @property {string} message What is wrong and what to do.
 * @property {{ label: string, value: unknown }} [fix] A value that is proposed instead.
 * @property {boolean} [missing] Whether the field is only not filled yet.
 */

/**
 * Check a value against its schema.
 * @param {object} schema
 * @param {unknown} value
 * @param {Array<string|number>} path
 * @param {string} name Name of the field, when it has no title.
 * @returns {Problem[]}
 */
export function check(schema, value, path = [], name = "") {
  if (value === undefined || (value === null && schema.nullable)) return [];
  const title = titleOf(schema, name);
  const found = (message, fix) => [{ path, title, message, ...(fix ? { fix } : {}) }];
  switch (kind(schema)) {
    case "number":
      return ofNumber(schema, value, found);
    case "choice":
      return schema.enum && !schema.enum.includes(value) ? found(say("“{value}” is not one of the choices. Choose among: {choices}.", { value, choices: Object.values(choicesOf(schema)).join(", ") })) : [];
    case "text":
      return ofText(schema, value, found);
    case "date":
      return /^\d{4}-\d\d-\d\d$/.test(value) ? [] : found(say("Write a date such as 2027-01-31."));
    case "group":
      return ofGroup(schema, value, path);
    case "rows":
      return ofRows(schema, value, path, found);
    case "shares":
    case "named":
      return ofNamed(schema, value, path, found);
    default:
      return [];
  }
}

function ofNumber(schema, value, found) {
  if (typeof value !== "number" || !Number.isFinite(value)) return found(say("A number is expected."));
  if (schema.type === "integer" && !Number.isInteger(value)) {
    return found(say("A whole number is expected."), propose(Math.round(value), schema));
  }
  const { minimum, maximum, exclusiveMinimum } = schema;
  if (isShare(schema) && value > maximum && value <= 100) {
    return found(say("Between {low} and {high}: did you mean {share}, that is {percent}?", { low: writeNumber(minimum), high: writeNumber(maximum), share: writeNumber(value / 100), percent: asPercent(value / 100) }), propose(value / 100, schema));
  }
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) return found(say("It must be more than {limit}.", { limit: measured(exclusiveMinimum, schema) }));
  if (minimum !== undefined && value < minimum) return found(say("It must be at least {limit}.", { limit: measured(minimum, schema) }), propose(minimum, schema));
  if (maximum !== undefined && value > maximum) return found(say("It must be at most {limit}.", { limit: measured(maximum, schema) }), propose(maximum, schema));
  return [];
}

function propose(value, schema) {
  return { label: say("Write {value}", { value: writeNumber(value, schema) }), value };
}

function measured(value, schema) {
  return `${writeNumber(value, schema)}\u00a0${unitOf(schema)}`.trim();
}

function ofText(schema, value, found) {
  if (schema.minLength && String(value).length < schema.minLength) return found(say("This field must not be empty."));
  if (schema.maxLength && String(value).length > schema.maxLength) return found(say("At most {count} characters.", { count: schema.maxLength }));
  return [];
}

function ofGroup(schema, value, path) {
  const problems = [];
  for (const [name, inner] of Object.entries(schema.properties)) {
    if (value[name] === undefined && schema.required?.includes(name)) {
      problems.push({ path: [...path, name], title: titleOf(inner, name), message: say("To be filled."), missing: true });
    }
    problems.push(...check(inner, value[name], [...path, name], name));
  }
  return problems;
}

function ofRows(schema, rows, path, found) {
  if (schema.maxItems && rows.length > schema.maxItems) return found(say("At most {count} rows.", { count: schema.maxItems }));
  return rows.flatMap((row, index) => (isBlank(row) ? [] : check(schema.items, row, [...path, index])));
}

function ofNamed(schema, values, path, found) {
  const problems = Object.entries(values).flatMap(([key, inner]) => check(schema.additionalProperties, inner, [...path, key], choicesOf(schema)[key] ?? key));
  const limited = schema.additionalProperties.maximum === 1;
  const sum = Object.values(values).reduce((total, each) => total + (Number(each) || 0), 0);
  if (limited && sum > 1 + 1e-9 && !problems.length) {
    return found(say("These shares add up to {sum}: at most 1 (100 %).", { sum: writeNumber(Number(sum.toFixed(4))) }), {
      label: say("Adjust"),
      value: scaled(values, 1 / sum),
    });
  }
  return problems;
}

/** The same values, multiplied, to six digits and never more than asked. */
export function scaled(values, factor) {
  return Object.fromEntries(Object.entries(values).map(([key, each]) => [key, Math.floor(each * factor * 1e6 + 1e-6) / 1e6]));
}

/** Whether a row or a group holds nothing that was typed. */
export function isBlank(value) {
  if (value === undefined || value === null || value === "") return true;
  if (Array.isArray(value)) return value.every(isBlank);
  return typeof value === "object" ? Object.values(value).every(isBlank) : false;
}

/**
 * The inputs to send: rows without anything are left out, a group that was switched on stays.
 * @param {object} schema
 * @param {unknown} value
 */
export function cleaned(schema, value) {
  if (value === undefined || value === null) return undefined;
  const found = kind(schema);
  if (found === "rows") {
    const rows = value.filter((row) => !isBlank(row)).map((row) => cleaned(schema.items, row));
    return rows.length ? rows : undefined;
  }
  if (found === "choices") return value.length ? [...value] : undefined;
  if (found === "group") {
    const entries = Object.entries(value)
      .map(([name, inner]) => [name, schema.properties[name] ? cleaned(schema.properties[name], inner) : inner])
      .filter(([, inner]) => inner !== undefined);
    return entries.length || schema.nullable ? Object.fromEntries(entries) : undefined;
  }
  if (found === "shares" || found === "named") {
    const entries = Object.entries(value).filter(([key, inner]) => key && inner !== undefined);
    return entries.length ? Object.fromEntries(entries) : undefined;
  }
  return value;
}
