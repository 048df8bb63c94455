// The one request that compares the variants: all of them run on the same draws, the first one is the reference.

import { say } from "../text.js";
import * as state from "./state.js";
import { isNothing, letterOf, nameOf, PROJECT } from "./variants.js";

/** The process that compares. */
export const COMPARE = "compare-scenarios";

/** Trips of a variant where nothing is done: without them, the trips of the others would not be compared. */
const NOBODY_COMES = { trips_per_day: 0 };

/**
 * The request that compares some variants.
 * @param {import("./state.js").Variant[]} variants
 * @param {object} description Of `compare-scenarios`: which inputs belong to a variant, which to the whole.
 * @returns {{ inputs: object }}
 */
export function requestOf(variants, description) {
  const own = Object.keys(description.inputs.variants.schema.items.properties);
  const shared = Object.keys(description.inputs);
  const asked = variants.map((variant) => state.requestOf(variant, PROJECT).inputs);
  if (asked.some(({ mobility }) => mobility)) asked.forEach((inputs, index) => isNothing(variants[index]) && (inputs.mobility = NOBODY_COMES));
  const { geometry } = asked[0];
  const first = JSON.stringify(geometry);
  return {
    inputs: {
      geometry,
      ...Object.fromEntries(Object.entries(asked[0]).filter(([key]) => shared.includes(key) && key !== "geometry")),
      variants: asked.map((inputs, index) => ({
        name: nameOf(variants, index),
        ...Object.fromEntries(Object.entries(inputs).filter(([key]) => own.includes(key) && key !== "geometry")),
        ...(JSON.stringify(inputs.geometry) === first ? {} : { geometry: inputs.geometry }),
      })),
    },
  };
}

/**
 * What must be settled before the variants can be compared.
 * @returns {{ kind: "few"|"place"|"names"|"horizon", index: number, text: string }[]}
 */
export function obstacles({ variants }) {
  if (variants.length < 2) return [{ kind: "few", index: 0, text: say("Comparing takes two variants: add one.") }];
  const found = [];
  variants.forEach(({ place }, index) => {
    if (!state.hasPlace(place)) found.push({ kind: "place", index, text: say("{letter} {name} has no place yet.", { letter: letterOf(index), name: nameOf(variants, index) }) });
  });
  const names = variants.map((_variant, index) => nameOf(variants, index));
  names.forEach((name, index) => {
    if (names.indexOf(name) < index) found.push({ kind: "names", index, text: say("Two variants are called “{name}”: give each one its name.", { name }) });
  });
  const horizons = variants.map(({ inputs }) => inputs[PROJECT]?.horizon_years ?? null);
  horizons.forEach((years, index) => {
    if (years !== horizons[0]) found.push({ kind: "horizon", index, text: say("{letter} does not have the same horizon as {reference}.", { letter: letterOf(index), reference: letterOf(0) }) });
  });
  return found;
}

/** Give every variant the horizon of the reference. */
export function sameHorizon() {
  state.change(say("Same horizon for all the variants"), (draft) => {
    const years = draft.variants[0].inputs[PROJECT]?.horizon_years;
    for (const { inputs } of draft.variants) {
      inputs[PROJECT] ??= {};
      if (years === undefined) delete inputs[PROJECT].horizon_years;
      else inputs[PROJECT].horizon_years = years;
    }
  });
}

/** The figures of each variant in an answer: total, difference with the reference, probability to emit less. */
export function readComparison(envelope) {
  const known = new Map(envelope.indicators.map((each) => [each.id, each]));
  const count = envelope.indicators.filter(({ id }) => /^total_[a-e]$/.test(id)).length;
  return [..."abcde".slice(0, count)].map((letter) => ({
    letter,
    total: known.get(`total_${letter}`),
    difference: known.get(`difference_${letter}`) ?? null,
    chance: known.get(`probability_lower_${letter}`)?.value ?? null,
    rows: envelope.breakdown.filter(({ item }) => item.startsWith(`${letter}.`)).map((row) => ({ ...row, id: item(row) })),
    notices: envelope.warnings.filter(({ where, code }) => where === `variants[${letter.charCodeAt(0) - 97}]` && !code?.startsWith("verdict-")),
  }));
}

const item = ({ item: name }) => name.slice(2);

/** Whether an interval holds zero: the sign of the difference is not known. */
export const straddles = ({ low, high }) => low < 0 && high > 0;
