// An example of the processes, as they publish it: its place and its inputs become the project.

import { language, say } from "../text.js";
import { tellAbove } from "./live.js";
import { localised } from "./layers.js";
import * as state from "./state.js";
import { go } from "./steps.js";

/** Open the published example of a process. */
export async function openExample(process, name) {
  try {
    const response = await fetch(localised(`/processes/${process}?f=json&lang=${language}`));
    if (!response.ok) throw new Error(String(response.status));
    const { geometry, ...inputs } = (await response.json()).example.inputs;
    const place = placeOf(geometry, name);
    if (!state.isEmpty()) state.begin();
    state.change(say("Example opened: {name}", { name }), (draft) => {
      draft.name = draft.name || say("Example: {name}", { name });
      draft.question = process;
      draft.variants[draft.current].place = place;
      draft.variants[draft.current].inputs[process] = inputs;
    });
    go("resultat", { question: process });
  } catch {
    tellAbove("example", "error", say("The example could not be loaded. Your inputs are kept."));
  }
}

/** The place of an input `geometry`. */
export function placeOf(geometry, name) {
  if (!geometry) return null;
  if (geometry.collection) return geometry.ids ? { reference: { collection: geometry.collection, ids: geometry.ids.map(String), label: name } } : null;
  if (geometry.type === "FeatureCollection") return { features: geometry.features };
  if (geometry.type === "Feature") return { features: [geometry] };
  return { features: [{ type: "Feature", properties: { name }, geometry }] };
}
