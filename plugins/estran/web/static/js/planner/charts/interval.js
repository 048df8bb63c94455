// How much? A point and its interval on an axis that shows zero; the figures beside it say the numbers.

import { draw } from "../../dom.js";
import { hasInterval, spoken } from "../numbers.js";
import { INK, LINE, MUTED, round, whisker } from "./canvas.js";

const HEIGHT = 20;
const MARGIN = 5;

/**
 * The interval of one figure as a strip.
 * @param {{ value: number, low: number, high: number, unit: string, domain?: [number, number], hideCentre?: boolean }} data `domain` is shared by figures that compare.
 * @returns {{ svg: SVGElement, title: string }|null} null when the interval is not known.
 */
export function interval({ value, low, high, unit, domain, hideCentre = false }, { width = 280 } = {}) {
  if (!hasInterval({ low, high })) return null;
  const [start, end] = domain ?? [Math.min(0, low), Math.max(0, high)];
  const at = (number) => round(MARGIN + ((number - start) / (end - start || 1)) * (width - 2 * MARGIN));
  const title = spoken({ value, low, high, unit }, { hideCentre });
  const svg = draw(
    "svg",
    { class: "interval", viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": title },
    draw("line", { x1: MARGIN, x2: width - MARGIN, y1: 10, y2: 10, stroke: LINE }),
    draw("line", { x1: at(0), x2: at(0), y1: 1, y2: 19, stroke: MUTED }),
    whisker(at(low), at(high), 10, 5),
    hideCentre ? null : draw("circle", { cx: at(value), cy: 10, r: 4.5, fill: INK, stroke: "#FFFFFF" }),
  );
  return { svg, title };
}
