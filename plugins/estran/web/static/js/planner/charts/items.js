// What weighs? Horizontal bars, the largest first, each with its interval and its value.

import { draw } from "../../dom.js";
import { read, say } from "../../text.js";
import { bounds, hasInterval, number, scaleOf, unitName, words } from "../numbers.js";
import { block, canvas, label, lines, LINE, MUTED, round, ticks, whisker, widthOf, wrapped } from "./canvas.js";

const WIDE = 520;
const MOST = 8;

/**
 * One bar: an amount with a name.
 * @typedef {object} Item
 * @property {string} id
 * @property {string} title
 * @property {number|null} value
 * @property {number|null} low
 * @property {number|null} high
 * @property {string} unit
 * @property {"emission"|"removal"|"avoided"|"stock"|"quantity"} kind
 * @property {string} [note] Shown in the table.
 */

/**
 * Draw items as bars.
 * @param {{ items: Item[], title: string, subtitle: string, caption: string, most?: number, sorted?: boolean, signed?: boolean, hideCentre?: boolean }} data
 * @param {{ width?: number }} [options]
 * @returns {{ svg: SVGElement, title: string, subtitle: string, caption: string, table: { heads: string[], rows: string[][] }, csv: (string|number|null)[][], hidden: number }}
 */
export function items({ items: given, title, subtitle, caption, most = MOST, sorted = true, signed = false, hideCentre = false }, { width = 640 } = {}) {
  const known = given.filter(({ value }) => Number.isFinite(value));
  if (sorted) known.sort((one, other) => Math.abs(other.value) - Math.abs(one.value));
  const scale = scaleOf(known);
  const telling = known.some(({ value }) => value !== 0) ? known.filter(({ value }) => value !== 0) : known;
  const kept = telling.length > most + 1 ? telling.slice(0, most) : telling;
  const rest = telling.slice(kept.length);
  const rows = rest.length ? [...kept, together(rest)] : kept;
  const svg = drawn(rows, { title, width, scale, signed, hideCentre });
  const ordered = [...known, ...given.filter(({ value }) => !Number.isFinite(value))];
  return {
    svg,
    title,
    subtitle: [unitName(scale.unit), subtitle].filter(Boolean).join(", "),
    caption,
    hidden: rest.length,
    table: {
      heads: [say("Item"), `${say("Value")}${unitName(scale.unit) ? ` (${unitName(scale.unit)})` : ""}`, say("Interval"), ...(ordered.some(({ note }) => note) ? [say("Note")] : [])],
      rows: ordered.map((each) => [each.title, hideCentre ? "–" : number(each, { scale, signed }), bounds(each, { scale }), ...(ordered.some(({ note }) => note) ? [each.note ?? ""] : [])]),
      ids: ordered.map(({ id }) => id),
    },
    csv: [["item", "title", "value", "low", "high", "unit"], ...ordered.map((each) => [each.id, each.title, hideCentre ? null : each.value, each.low, each.high, each.unit])],
  };
}

/** What the smallest items make together: a sum made before rounding, its interval is not known. */
function together(rest) {
  const value = rest.reduce((sum, item) => sum + item.value, 0);
  return { id: "", title: say("{count} others, together", { count: rest.length }), value, low: null, high: null, unit: rest[0].unit, kind: rest[0].kind === "emission" || rest[0].kind === "removal" ? (value < 0 ? "removal" : "emission") : rest[0].kind, isRest: true };
}

function drawn(rows, { title, width, scale, signed, hideCentre }) {
  const isWide = width >= WIDE;
  const said = (row) => (hideCentre && hasInterval(row) ? bounds(row, { scale }) : number(row, { scale, signed }));
  const names = isWide ? Math.min(Math.max(...rows.map(({ title: name }) => widthOf(name))) + 12, width * 0.36) : 0;
  const values = Math.max(...rows.map((row) => widthOf(said(row), 14, 600)), 20) + 12;
  const [from, to] = isWide ? [names, width - values] : [2, width - 2];
  const reach = rows.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]);
  const [start, end] = [Math.min(0, ...reach), Math.max(0, ...reach)];
  const at = (value) => from + ((value - start) / (end - start || 1)) * (to - from);
  const heights = rows.map(({ title: name }) => (isWide ? (wrapped(name, names - 12, 2).length > 1 ? 40 : 30) : 22 + 17 * wrapped(name, width - values, 2).length));
  const axis = 24;
  const height = heights.reduce((sum, each) => sum + each, 0) + axis;
  const svg = canvas(width, height, title);
  for (const mark of ticks(start, end, isWide ? 5 : 3)) {
    const x = round(at(mark));
    svg.append(draw("line", { x1: x, x2: x, y1: 0, y2: height - axis, stroke: mark === 0 ? MUTED : LINE, "stroke-width": mark === 0 ? 1.5 : 1 }));
    const text = number({ value: mark, low: mark, high: mark, unit: scale.unit }, { scale, signed: signed && mark !== 0 });
    const half = widthOf(text, 12) / 2;
    svg.append(label(text, Math.min(Math.max(x, half + 1), width - half - 1), height - 8, { "font-size": 12, fill: MUTED, "text-anchor": "middle" }));
  }
  let top = 0;
  rows.forEach((row, index) => {
    const tall = heights[index];
    const middle = isWide ? top + tall / 2 : top + tall - 12;
    const group = draw("g", row.id ? { "data-item": row.id } : {});
    group.append(draw("rect", { x: 0, y: top, width, height: tall, fill: "transparent" }));
    const over = wrapped(row.title, isWide ? names - 12 : width - values, 2);
    const first = isWide ? middle + 5 - (over.length - 1) * 8.5 : top + 15;
    group.append(...lines(row.title, isWide ? 0 : 2, first, isWide ? names - 12 : width - values, row.isRest ? { "font-style": "italic" } : {}));
    const [low, high] = [at(Math.min(0, row.value)), at(Math.max(0, row.value))];
    if (!hideCentre) group.append(block(svg, row.kind, { x: round(low), y: middle - 7, width: round(high - low), height: 14 }));
    if (hasInterval(row) && row.low !== row.high) group.append(...whisker(at(row.low), at(row.high), middle));
    group.append(label(said(row), width - 2, isWide ? middle + 5 : top + 15, { "text-anchor": "end", "font-weight": 600, "font-variant-numeric": "tabular-nums" }));
    svg.append(group);
    top += tall;
  });
  return svg;
}

/** The kind of an amount, from its unit, its scope and its sign. */
export function kindOf({ value, unit, scope }) {
  if (/avoided|outside the total/.test(scope ?? "")) return "avoided";
  if (/^[kM]?tC(\/|$)/.test(unit)) return "stock";
  if (!/CO2/.test(unit)) return "quantity";
  return value < 0 ? "removal" : "emission";
}

/** A row of a breakdown, or an indicator, as an item. */
export function itemOf(row) {
  return { id: row.item ?? row.id, title: capital(words(row.title) || read(row.title) || row.item || row.id), value: row.value, low: row.low, high: row.high, unit: row.unit, kind: kindOf(row), note: row.value === null ? words(row.reason) || say("not evaluated") : words(row.reason) };
}

const capital = (text) => text.charAt(0).toLocaleUpperCase() + text.slice(1);
