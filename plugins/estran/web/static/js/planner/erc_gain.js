// What each lever brings: the base and its levers compared by `compare-scenarios`, four levers in one call at most.

import { make } from "../dom.js";
import { say } from "../text.js";
import { COMPARE, readComparison, requestOf, straddles } from "./compare_request.js";
import { between, figure, probability, scaleOf, unitName } from "./numbers.js";
import { isHidden } from "./result/reading.js";

const PER_CALL = 4;
const SHOWN = 3;

/**
 * @typedef {object} Gain
 * @property {object} difference Lever minus base, with its interval.
 * @property {number|null} chance That it emits less.
 * @property {boolean} hidden Whether the scale is unfit.
 */

/**
 * Compare levers with their base, on the same factors.
 * @param {import("./state.js").Variant} base
 * @param {{ lever: import("./erc_levers.js").Lever, set: number|string|undefined }[]} asked
 * @param {object} description Of `compare-scenarios`.
 * @param {AbortSignal} signal
 * @returns {Promise<(Gain|{ problem: string })[]>} In the order of `asked`.
 */
export async function gainsOf(base, asked, description, signal) {
  const { run } = await import("./run.js");
  const made = asked.map(({ lever, set }) => variantOf(base, lever, set));
  const found = [];
  for (let start = 0; start < made.length; start += PER_CALL) {
    const some = made.slice(start, start + PER_CALL);
    found.push(...(await group(run, base, some, description, signal)));
  }
  return found;
}

async function group(run, base, some, description, signal) {
  const variants = [{ ...base, name: "base" }, ...some.map((each, index) => ({ ...each, name: `lever ${index + 1}` }))];
  const request = requestOf(variants, description);
  request.inputs.method = "analytic";
  try {
    const envelope = await run(COMPARE, request, { signal });
    return readComparison(envelope).slice(1).map(({ difference, chance }) => ({ difference, chance, hidden: isHidden(envelope) }));
  } catch (error) {
    if (error.name === "AbortError" || error.retry) throw error;
    if (some.length === 1) return [{ problem: error.detail ?? error.message }];
    return (await Promise.all(some.map((each) => group(run, base, [each], description, signal)))).flat();
  }
}

/** The variant that a lever makes. */
export function variantOf(base, lever, set) {
  const { measure: _measure, ...copy } = structuredClone(base);
  lever.apply(copy, set);
  return { ...copy, name: lever.title, measure: { kind: lever.kind, title: lever.title } };
}

/** What a lever brings, in words: gain, interval and how sure it is. */
export function gainTold(gain) {
  if (!gain) return "";
  if (gain.problem) return make("span", { class: "muted" }, gain.problem);
  const { difference } = gain;
  if (!Number.isFinite(difference?.value)) return make("span", { class: "muted" }, say("not evaluated"));
  if (!difference.value && !difference.low && !difference.high) return say("No effect on what is counted.");
  const span = `${between(difference, { signed: true })} ${unitName(difference.unit)}`;
  if (straddles(difference)) return [make("span", { class: "gain-doubt" }, say("Gain too small to be told from the doubt.")), " ", make("span", { class: "muted" }, span)];
  if (gain.hidden) return span;
  return [make("strong", {}, figure(difference, { signed: true, scale: scaleOf([difference]) })), " ", make("span", { class: "muted" }, probability(gain.chance, say("it emits less"), say("it emits more")))];
}

/** The levers that bring most, one of each group: those whose gain is sure first, the largest gain first. */
export function ranking(levers, gains) {
  const groups = new Set();
  return levers
    .map((lever, index) => ({ lever, gain: gains[index] }))
    .filter(({ lever, gain }) => lever.kind !== "offset" && gain?.difference?.value < 0)
    .sort((one, other) => straddles(one.gain.difference) - straddles(other.gain.difference) || one.gain.difference.value - other.gain.difference.value)
    .filter(({ lever }) => {
      const group = lever.group ?? lever.id;
      return groups.has(group) ? false : groups.add(group);
    })
    .slice(0, SHOWN);
}
