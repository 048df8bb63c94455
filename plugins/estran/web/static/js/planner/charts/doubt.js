// How sure? One bar of 100 %, cut by source of doubt, in patterns that survive grey printing.

import { draw } from "../../dom.js";
import { say } from "../../text.js";
import { percent } from "../numbers.js";
import { canvas, INK, label, lines, paint, round, wrapped } from "./canvas.js";

const MOST = 5;
const TALL = 26;

/**
 * Draw the shares of the variance of the total.
 * @param {{ shares: { id: string, title: string, share: number }[], title: string, caption: string }} data
 * @param {{ width?: number }} [options]
 */
export function doubt({ shares, title, caption }, { width = 640 } = {}) {
  const sorted = [...shares].sort((one, other) => other.share - one.share);
  const kept = sorted.length > MOST ? sorted.slice(0, MOST - 1) : sorted;
  const rest = sorted.slice(kept.length);
  const segments = rest.length ? [...kept, { id: "", title: say("others"), share: rest.reduce((sum, { share }) => sum + share, 0) }] : kept;
  const rows = segments.map(({ title: name }) => wrapped(name, width - 100, 2).length);
  const height = TALL + 14 + rows.reduce((sum, count) => sum + count * 17 + 7, 0);
  const svg = canvas(width, height, title);
  const whole = segments.reduce((sum, { share }) => sum + share, 0) || 1;
  let from = 1;
  let top = TALL + 14;
  segments.forEach(({ title: name, share }, index) => {
    const wide = (share / whole) * (width - 2);
    const fill = paint(svg, `doubt-${index}`);
    svg.append(draw("rect", { x: round(from), y: 1, width: round(wide), height: TALL - 2, fill, stroke: INK, "stroke-width": 1 }));
    from += wide;
    svg.append(draw("rect", { x: 1, y: top, width: 22, height: 15, fill, stroke: INK, "stroke-width": 1 }));
    svg.append(label(percent(share), 80, top + 12, { "text-anchor": "end", "font-weight": 600 }), ...lines(name, 90, top + 12, width - 100, { most: 2 }));
    top += rows[index] * 17 + 7;
  });
  return {
    svg,
    title,
    subtitle: say("Share of the variance of the total"),
    caption,
    hidden: 0,
    table: { heads: [say("Source of doubt"), say("Share")], rows: sorted.map(({ title: name, share }) => [name, percent(share)]), ids: [] },
    csv: [["source", "title", "share"], ...sorted.map(({ id, title: name, share }) => [id, name, share])],
  };
}
