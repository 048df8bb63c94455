// Which variant? One row per item, one symbol per variant with its interval; or differences around zero.

import { draw } from "../../dom.js";
import { say } from "../../text.js";
import { bounds, hasInterval, number, scaleOf, unitName } from "../numbers.js";
import { canvas, INK, label, LINE, lines, MUTED, round, ticks, whisker, widthOf, wrapped } from "./canvas.js";

/** Symbols of variants, in their order: told apart without colour. */
export const SYMBOLS = ["●", "▲", "■", "◆", "▼"];
const COLOURS = ["#1B2730", "#9C3A0B", "#1B4B7A", "#6B4E9B", "#126A79"];
const WIDE = 520;
const ROW = 20;

/**
 * Draw amounts of several variants.
 * @param {{ rows: { id: string, title: string, amounts: ({ value: number|null, low: number|null, high: number|null }|null)[], note?: string }[], variants: string[], unit: string, title: string, subtitle: string, caption: string, signed?: boolean }} data One amount per variant, in their order; `note` is written under the name.
 * @param {{ width?: number }} [options]
 */
export function dots({ rows, variants, unit, title, subtitle, caption, signed = true }, { width = 640 } = {}) {
  const scale = scaleOf(rows.flatMap(({ amounts }) => amounts.filter(Boolean).map((amount) => ({ ...amount, unit }))));
  const said = (amount) => (amount ? number({ ...amount, unit }, { scale, signed }) : "–");
  return {
    svg: drawn(rows, variants, { unit, title, width, scale, signed, said }),
    title,
    subtitle: [unitName(scale.unit), subtitle].filter(Boolean).join(", "),
    caption,
    hidden: 0,
    table: { heads: [say("Item"), ...variants.flatMap((name) => [name, say("Interval")])], rows: rows.map(({ title: name, amounts }) => [name, ...variants.flatMap((_name, index) => [said(amounts[index]), amounts[index] ? bounds({ ...amounts[index], unit }, { scale }) : "–"])]), ids: rows.map(({ id }) => id) },
    csv: [["item", "title", "variant", "value", "low", "high", "unit"], ...rows.flatMap(({ id, title: name, amounts }) => variants.map((variant, index) => [id, name, variant, amounts[index]?.value ?? null, amounts[index]?.low ?? null, amounts[index]?.high ?? null, unit]))],
  };
}

function drawn(rows, variants, { unit, title, width, scale, signed, said }) {
  const isWide = width >= WIDE;
  const names = isWide ? Math.min(Math.max(...rows.map(({ title: name, note }) => Math.max(widthOf(name), widthOf(note ?? "", 12)))) + 14, width * 0.36) : 0;
  const values = Math.max(...rows.flatMap(({ amounts }) => amounts.map((amount) => widthOf(said(amount), 14, 600)))) + 14;
  const [from, to] = [isWide ? names : 8, width - values];
  const reach = rows.flatMap(({ amounts }) => amounts.filter((amount) => Number.isFinite(amount?.value)).flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]));
  const [start, end] = [Math.min(0, ...reach), Math.max(0, ...reach)];
  const at = (value) => from + 8 + ((value - start) / (end - start || 1)) * (to - from - 16);
  const many = variants.length > 1;
  const key = many ? 28 : 0;
  const heights = rows.map((row) => row.amounts.length * ROW + 12 + (isWide ? 0 : 18 * wrapped(row.title, width, 2).length) + (row.note && !isWide ? 16 : 0));
  const axis = 24;
  const height = key + heights.reduce((sum, each) => sum + each, 0) + axis;
  const svg = canvas(width, height, title);
  if (many) legend(svg, variants, width);
  for (const mark of ticks(start, end, isWide ? 5 : 3)) {
    const x = round(at(mark));
    svg.append(draw("line", { x1: x, x2: x, y1: key, y2: height - axis, stroke: mark === 0 ? MUTED : LINE, "stroke-width": mark === 0 ? 1.5 : 1 }));
    svg.append(label(number({ value: mark, low: mark, high: mark, unit: scale.unit }, { scale, signed: signed && mark !== 0 }), x, height - 8, { "font-size": 12, fill: MUTED, "text-anchor": "middle" }));
  }
  let top = key;
  rows.forEach((row, place) => {
    const tall = heights[place];
    const group = draw("g", { "data-item": row.id });
    const room = isWide ? names - 14 : width;
    const named = wrapped(row.title, room, 2);
    const head = isWide ? 0 : 18 * named.length + (row.note ? 16 : 0);
    const first = isWide ? top + tall / 2 + 5 - (named.length - 1 + (row.note ? 1 : 0)) * 8.5 : top + 15;
    group.append(draw("line", { x1: 0, x2: width, y1: top + tall, y2: top + tall, stroke: LINE }), ...lines(row.title, 0, first, room));
    if (row.note) group.append(...lines(row.note, 0, first + named.length * 17, room, { most: 1, "font-size": 12, fill: MUTED }));
    row.amounts.forEach((amount, index) => {
      const y = top + head + 6 + ROW * index + ROW / 2;
      if (!Number.isFinite(amount?.value)) {
        group.append(label(say("not evaluated"), from + 8, y + 5, { fill: MUTED }));
        return;
      }
      if (hasInterval(amount) && amount.low !== amount.high) group.append(...whisker(at(amount.low), at(amount.high), y));
      group.append(label(SYMBOLS[index % SYMBOLS.length], round(at(amount.value)), y + 5.5, { "text-anchor": "middle", "font-size": 16, fill: COLOURS[index % COLOURS.length], stroke: "#FFFFFF", "stroke-width": 2, "paint-order": "stroke" }));
      group.append(label(said(amount), width - 2, y + 5, { "text-anchor": "end", "font-weight": 600 }));
    });
    svg.append(group);
    top += tall;
  });
  return svg;
}

function legend(svg, variants, width) {
  let x = 0;
  variants.forEach((name, index) => {
    const [text] = wrapped(name, width / variants.length - 26, 1);
    svg.append(label(SYMBOLS[index % SYMBOLS.length], x + 8, 16, { "text-anchor": "middle", "font-size": 16, fill: COLOURS[index % COLOURS.length] }), label(text, x + 20, 15, { "font-weight": 600, fill: INK }));
    x += 20 + widthOf(text, 14, 600) + 22;
  });
}
