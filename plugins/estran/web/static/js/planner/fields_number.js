// Numbers as people type them in French and in English, and as the form writes them back.

import { language, say, unitName } from "../text.js";
import { isYear } from "./schema.js";

const AREAS = { m2: 1, "m²": 1, ha: 1e4, km2: 1e6, "km²": 1e6 };
const LENGTHS = { m: 1, km: 1e3 };
const MASSES = { kg: 1, t: 1e3, kt: 1e6 };
const POWERS = { kwc: 1, kwp: 1, mwc: 1e3, mwp: 1e3 };
const SCALES = [AREAS, LENGTHS, MASSES, POWERS];

/**
 * Read a number that may be followed by a unit.
 * @param {string} text
 * @param {object} schema The schema of the field.
 * @returns {{ value?: number, problem?: string, converted?: boolean, given?: number, unit?: string }|null} Null for an empty text.
 */
export function readNumber(text, schema) {
  const written = text.trim().replace(/\u2212/g, "-");
  if (!written) return null;
  const [, digits, unit] = /^([+-]?[\d\s\u00a0\u202f'.,]*)(.*)$/s.exec(written);
  const given = toNumber(digits);
  if (given === null) return { problem: say("“{text}” is not a number. Write for example {example}.", { text: text.trim(), example: writeNumber(1250.5, {}) }) };
  return unit ? withUnit(given, unit.trim(), schema) : { value: given };
}

function toNumber(digits) {
  let plain = digits.replace(/[\s\u00a0\u202f']/g, "");
  const grouped = language === "fr" ? /^[+-]?\d{1,3}(\.\d{3}){2,}(,\d+)?$/ : /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/;
  if (grouped.test(plain)) plain = plain.replaceAll(language === "fr" ? "." : ",", "");
  plain = plain.replace(",", ".");
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : null;
}

function withUnit(given, unit, schema) {
  if (unit === "%") return schema.maximum <= 1 ? { value: rounded(given / 100), converted: true, given, unit } : { value: given };
  const own = (schema["x-unit"] ?? "").split(/[ /]/)[0].toLowerCase();
  const typed = unit.toLowerCase();
  const scale = SCALES.find((each) => own in each && typed in each);
  if (scale) return { value: rounded((given * scale[typed]) / scale[own]), converted: scale[typed] !== scale[own], given, unit };
  const expected = unitName(schema["x-unit"] ?? "");
  if (sameWord(typed, expected) || sameWord(typed, schema["x-unit"] ?? "")) return { value: given };
  return {
    problem: expected
      ? say("The unit “{unit}” is not understood here. Write the number in {expected}.", { unit, expected })
      : say("Write the number alone, without “{unit}”.", { unit }),
  };
}

function sameWord(typed, expected) {
  const word = expected.toLowerCase().split(/[ /]/)[0];
  return word !== "" && (typed === word || `${typed}s` === word || typed === `${word}s`);
}

function rounded(value) {
  return Number(value.toPrecision(12));
}

/** A number as the form shows it: decimal comma and thin spaces in French; a year is not grouped. */
export function writeNumber(value, schema = {}) {
  return new Intl.NumberFormat(language === "fr" ? "fr-FR" : "en-GB", {
    maximumFractionDigits: 10,
    useGrouping: !isYear(schema),
  })
    .format(value)
    .replace(/^-/, "\u2212");
}

/** A share as a percentage, to echo what was typed. */
export function asPercent(share) {
  return new Intl.NumberFormat(language === "fr" ? "fr-FR" : "en-GB", { style: "percent", maximumFractionDigits: 2 }).format(share);
}
