// From before to after: each item adds or takes away; the interval is told on the two ends only.

import { draw } from "../../dom.js";
import { say } from "../../text.js";
import { bounds, hasInterval, number, scaleOf, unitName } from "../numbers.js";
import { block, canvas, CONTROL, INK, label, LINE, lines, MUTED, round, ticks, whisker, widthOf, wrapped } from "./canvas.js";

const WIDE = 520;
const MOST = 8;

/**
 * Draw the way from one state to another.
 * @param {object} data
 * @param {{ title: string, value: number, low: number|null, high: number|null }} data.start
 * @param {import("./items.js").Item[]} data.items In the order in which they are added; those without a value are told in the table.
 * @param {{ title: string, value: number, low: number|null, high: number|null }} data.end
 * @param {{ width?: number }} [options]
 */
export function waterfall({ start, items, end, unit, title, subtitle, caption, most = MOST }, { width = 640 } = {}) {
  const known = items.filter(({ value }) => Number.isFinite(value) && value !== 0).sort((one, other) => other.value - one.value);
  const small = new Set([...known].sort((one, other) => Math.abs(other.value) - Math.abs(one.value)).slice(known.length > most + 1 ? most : known.length).map(({ id }) => id));
  const kept = known.filter(({ id }) => !small.has(id));
  const rest = known.filter(({ id }) => small.has(id));
  const scale = scaleOf([{ ...start, unit }, { ...end, unit }]);
  const steps = runs(start, rest.length ? [...kept, others(rest)] : kept, end);
  return {
    svg: drawn(steps, { title, width, scale, unit }),
    title,
    subtitle: [unitName(scale.unit), subtitle].filter(Boolean).join(", "),
    caption,
    hidden: 0,
    table: {
      heads: [say("Step"), `${say("Change")} (${unitName(scale.unit)})`, `${say("Running total")} (${unitName(scale.unit)})`, say("Interval")],
      rows: [...runs(start, known, end).map((step) => [step.title, step.isEnd ? "" : number({ ...step, unit }, { scale, signed: true }), number({ value: step.to, ...endBounds(step), unit }, { scale }), step.isEnd ? bounds({ ...step, unit }, { scale }) : bounds({ ...step, unit }, { scale })]), ...items.filter(({ value }) => !Number.isFinite(value)).map((item) => [item.title, say("not evaluated"), "", ""])],
      ids: [],
    },
    csv: [["step", "title", "change", "running_total", "low", "high", "unit"], ...runs(start, known, end).map((step) => [step.id, step.title, step.isEnd ? null : step.value, step.to, step.low, step.high, unit])],
  };
}

const endBounds = ({ isEnd, low, high }) => (isEnd ? { low, high } : { low: null, high: null });

function others(rest) {
  const value = rest.reduce((sum, item) => sum + item.value, 0);
  return { id: "others", title: say("{count} others, together", { count: rest.length }), value, low: null, high: null, kind: value < 0 ? "removal" : "emission" };
}

function runs(start, items, end) {
  let total = start.value;
  const steps = [{ ...start, id: "start", from: 0, to: start.value, isEnd: true }];
  for (const item of items) {
    steps.push({ ...item, from: total, to: total + item.value });
    total += item.value;
  }
  return [...steps, { ...end, id: "end", from: 0, to: end.value, isEnd: true }];
}

function drawn(steps, { title, width, scale, unit }) {
  const isWide = width >= WIDE;
  const said = (step) => number({ value: step.isEnd ? step.to : step.value, low: step.low, high: step.high, unit }, { scale, signed: true });
  const names = isWide ? Math.min(Math.max(...steps.map(({ title: name }) => widthOf(name, 14, 600))) + 12, width * 0.34) : 0;
  const values = Math.max(...steps.map((step) => widthOf(said(step), 14, 600))) + 12;
  const [from, to] = isWide ? [names, width - values] : [2, width - 2];
  const reach = steps.flatMap((step) => [step.from, step.to, ...(step.isEnd && hasInterval(step) ? [step.low, step.high] : [])]);
  const [lowest, highest] = [Math.min(0, ...reach), Math.max(0, ...reach)];
  const at = (value) => from + ((value - lowest) / (highest - lowest || 1)) * (to - from);
  const heights = steps.map(({ title: name }) => (isWide ? (wrapped(name, names - 12).length > 1 ? 40 : 30) : 22 + 17 * wrapped(name, width - values).length));
  const axis = 24;
  const height = heights.reduce((sum, each) => sum + each, 0) + axis;
  const svg = canvas(width, height, title);
  for (const mark of ticks(lowest, highest, isWide ? 5 : 3)) {
    const x = round(at(mark));
    svg.append(draw("line", { x1: x, x2: x, y1: 0, y2: height - axis, stroke: mark === 0 ? MUTED : LINE, "stroke-width": mark === 0 ? 1.5 : 1 }));
    const text = number({ value: mark, low: mark, high: mark, unit: scale.unit }, { scale, signed: mark !== 0 });
    const half = widthOf(text, 12) / 2;
    svg.append(label(text, Math.min(Math.max(x, half + 1), width - half - 1), height - 8, { "font-size": 12, fill: MUTED, "text-anchor": "middle" }));
  }
  let top = 0;
  let before = null;
  steps.forEach((step, index) => {
    const tall = heights[index];
    const middle = isWide ? top + tall / 2 : top + tall - 12;
    const weight = step.isEnd ? 600 : 400;
    const room = isWide ? names - 12 : width - values;
    const over = wrapped(step.title, room);
    svg.append(...lines(step.title, isWide ? 0 : 2, isWide ? middle + 5 - (over.length - 1) * 8.5 : top + 15, room, { "font-weight": weight }));
    if (before !== null) svg.append(draw("line", { x1: round(at(before.to)), x2: round(at(before.to)), y1: before.middle + 7, y2: middle - 7, stroke: CONTROL, "stroke-dasharray": "2 2" }));
    const [low, high] = [at(Math.min(step.from, step.to)), at(Math.max(step.from, step.to))];
    if (step.isEnd) {
      svg.append(draw("rect", { x: round(low), y: middle - 7, width: Math.max(round(high - low), 2), height: 14, fill: "#C9CDD0", stroke: INK, "stroke-width": 1 }));
      if (hasInterval(step) && step.low !== step.high) svg.append(...whisker(at(step.low), at(step.high), middle));
    } else svg.append(block(svg, step.kind, { x: round(low), y: middle - 7, width: round(high - low), height: 14 }));
    svg.append(label(said(step), width - 2, isWide ? middle + 5 : top + 15, { "text-anchor": "end", "font-weight": 600 }));
    before = { to: step.to, middle };
    top += tall;
  });
  return svg;
}
