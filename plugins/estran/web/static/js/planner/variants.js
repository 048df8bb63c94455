// The variants of a project: added, copied, renamed, moved and deleted, each as one change that can be undone.

import { say } from "../text.js";
import * as state from "./state.js";

/** The process whose inputs the variants hold. */
export const PROJECT = "project-impact";
const LETTERS = "ABCDE";
const MOST_LETTERS = 100;

/** The letter of a variant, by its rank. */
export const letterOf = (index) => LETTERS[index] ?? String(index + 1);

/** Whether one more variant is possible. */
export const hasRoom = () => state.get().variants.length < state.MOST_VARIANTS;

/** What a variant is called: its name, else its letter. */
export const nameOf = (variants, index) => variants[index].name.trim() || say("Variant {letter}", { letter: letterOf(index) });

/** A name that no other variant has. */
export function freeName(wanted, taken = state.get().variants.map(({ name }) => name)) {
  const base = wanted.slice(0, MOST_LETTERS - 5);
  let name = base;
  for (let number = 2; taken.includes(name); number += 1) name = `${base} (${number})`;
  return name;
}

/** Whether nothing is done in a variant: nothing is built or moved, no land changes. */
export function isNothing({ place, inputs }) {
  const { horizon_years: _horizon, ...rest } = inputs[PROJECT] ?? {};
  return !Object.keys(rest).length && !(place?.features ?? []).some(({ properties }) => properties?.after);
}

/** The variant that levers start from: the one being written, unless nothing is done in it. */
export function baseIndex({ variants, current } = state.get()) {
  if (!isNothing(variants[current])) return current;
  const other = variants.findIndex((each) => !isNothing(each));
  return other < 0 ? current : other;
}

/** Copy a variant; `mutate` changes the copy. The copy becomes the variant being written. */
export function add(from, name, mutate = () => {}, { label = say("Variant added"), first = false, stay = false } = {}) {
  if (!hasRoom()) return;
  state.change(label, (draft) => {
    const { measure: _measure, ...copied } = structuredClone(draft.variants[from]);
    const made = { ...copied, id: freshId(draft.variants), name: freeName(name, draft.variants.map((each) => each.name)) };
    mutate(made);
    if (first) draft.variants.unshift(made);
    else draft.variants.push(made);
    if (stay) draft.current += first ? 1 : 0;
    else draft.current = first ? 0 : draft.variants.length - 1;
  });
}

/** The same project elsewhere: its place is to be given. */
export function elsewhere() {
  add(baseIndex(), say("Elsewhere"), (made) => (made.place = null));
}

/** Another project on the same place: a copy to be changed. */
export function otherwise() {
  add(baseIndex(), say("Otherwise"));
}

/** The site as it stays, as the reference: no land changes, nobody comes. */
export function nothing() {
  add(baseIndex(), say("Without project"), (made) => {
    const years = made.inputs[PROJECT]?.horizon_years;
    made.inputs[PROJECT] = years ? { horizon_years: years } : {};
    if (made.place?.features) made.place.features = made.place.features.map(withoutAfter);
  }, { first: true, stay: true });
}

function withoutAfter({ properties, ...feature }) {
  const { after: _after, ...rest } = properties ?? {};
  return { ...feature, properties: rest };
}

/** Give a variant another name. */
export function rename(index, name) {
  state.change(say("Variant renamed"), (draft) => (draft.variants[index].name = name.slice(0, MOST_LETTERS)));
}

/** Delete a variant; the last one stays. */
export function remove(index) {
  state.change(say("Variant deleted"), (draft) => {
    if (draft.variants.length < 2) return;
    draft.variants.splice(index, 1);
    if (draft.current >= index) draft.current = Math.max(0, draft.current - 1);
  });
}

/** Move a variant by some ranks; the first one is the reference. */
export function move(index, by) {
  state.change(say("Variant moved"), (draft) => {
    const to = Math.min(draft.variants.length - 1, Math.max(0, index + by));
    const { id } = draft.variants[draft.current];
    draft.variants.splice(to, 0, ...draft.variants.splice(index, 1));
    draft.current = draft.variants.findIndex((each) => each.id === id);
  });
}

/** Write this variant from now on: the form and the map show it. */
export function choose(index) {
  state.change(say("Variant chosen"), (draft) => (draft.current = index));
}

function freshId(variants) {
  let number = variants.length + 1;
  while (variants.some(({ id }) => id === `v${number}`)) number += 1;
  return `v${number}`;
}
