// The interval of a figure as a strip under its words.

import { interval } from "../planner/charts/interval.js";

/** Draw the strips of a part of the page. */
export function strips(part) {
  for (const place of part.querySelectorAll("[data-interval]")) {
    const { value, low, high, unit, unfit } = place.dataset;
    const made = interval({ value: Number(value), low: Number(low), high: Number(high), unit, hideCentre: unfit !== undefined });
    if (made) place.replaceChildren(made.svg);
  }
}
