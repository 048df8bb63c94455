// What every chart is drawn on: an SVG in pixels of the page, its colours and patterns, its text measured before it is set.

import { draw } from "../../dom.js";

export const INK = "#1B2730";
export const MUTED = "#52606B";
export const LINE = "#D5DADD";
export const CONTROL = "#6E7B85";
export const BAND = "#F6F4EF";
export const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif';
export const TEXT_PX = 14;

/** Colours of what is shown: emission solid, removal hatched, avoided hollow and dashed, stock and quantity solid. */
export const COLOURS = { emission: "#9C3A0B", removal: "#1E95A8", avoided: "#6B4E9B", stock: "#A8713A", quantity: "#1B4B7A" };
const GREYS = ["#3B434A", "#8A949B", "#B9C0C5", "#D9DDE0", "#FFFFFF"];

let drawn = 0;

/**
 * An empty drawing, named for those who do not see it.
 * @param {number} width
 * @param {number} height
 * @param {string} title What the chart says.
 */
export function canvas(width, height, title) {
  const prefix = `chart-${(drawn += 1)}`;
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": title, "font-family": FONT, "font-size": TEXT_PX, fill: INK });
  svg.append(draw("title", {}, title), draw("defs", {}, hatch(`${prefix}-removal`, COLOURS.removal), ...GREYS.map((grey, index) => doubtPattern(`${prefix}-doubt-${index}`, grey, index)), missing(`${prefix}-missing`)));
  svg.dataset.prefix = prefix;
  return svg;
}

function hatch(id, colour) {
  return draw("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, draw("rect", { width: 6, height: 6, fill: colour }), draw("rect", { width: 2, height: 6, fill: "#FFFFFF" }));
}

function missing(id) {
  return draw("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse" }, draw("rect", { width: 6, height: 6, fill: "#FFFFFF" }), draw("path", { d: "M0 0L6 6M6 0L0 6", stroke: CONTROL, "stroke-width": 0.75 }));
}

function doubtPattern(id, grey, index) {
  const marks = [null, draw("rect", { width: 2, height: 7, fill: "#FFFFFF" }), draw("circle", { cx: 3.5, cy: 3.5, r: 1.4, fill: INK }), draw("path", { d: "M0 3.5H7", stroke: INK, "stroke-width": 1 }), draw("path", { d: "M0 0L7 7M7 0L0 7", stroke: CONTROL, "stroke-width": 0.75 })];
  return draw("pattern", { id, width: 7, height: 7, patternUnits: "userSpaceOnUse", ...(index === 1 ? { patternTransform: "rotate(45)" } : {}) }, draw("rect", { width: 7, height: 7, fill: grey }), marks[index]);
}

/** The paint of a kind, in a drawing. */
export function paint(svg, kind) {
  if (kind === "removal" || kind === "missing" || kind.startsWith("doubt-")) return `url(#${svg.dataset.prefix}-${kind})`;
  return COLOURS[kind] ?? CONTROL;
}

/** A bar of a kind between two places. */
export function block(svg, kind, { x, y, width, height }) {
  const size = { x, y, width: Math.max(width, 1), height };
  if (kind === "avoided") return draw("rect", { ...size, fill: "#FFFFFF", stroke: COLOURS.avoided, "stroke-width": 1.5, "stroke-dasharray": "4 3" });
  return draw("rect", { ...size, fill: paint(svg, kind), stroke: kind === "removal" ? COLOURS.removal : "none", "stroke-width": 1 });
}

/** An interval: a line with caps on a white edge, read over a dark bar as over a light one. */
export function whisker(from, to, y, cap = 4) {
  const path = `M${round(from)} ${y - cap}v${2 * cap}M${round(from)} ${y}H${round(to)}M${round(to)} ${y - cap}v${2 * cap}`;
  return [draw("path", { d: path, stroke: "#FFFFFF", "stroke-width": 4, fill: "none" }), draw("path", { d: path, stroke: INK, "stroke-width": 1.5, fill: "none" })];
}

/** A line of text. */
export function label(text, x, y, options = {}) {
  return draw("text", { x: round(x), y: round(y), ...options }, text);
}

/** Text on several lines, the first at `y`; `most` lines, then an ellipsis. */
export function lines(text, x, y, width, { most = 2, leading = 17, ...options } = {}) {
  return wrapped(text, width, most).map((line, index) => label(line, x, y + index * leading, options));
}

let measuring = null;

/** The width of a text in pixels. */
export function widthOf(text, size = TEXT_PX, weight = 400) {
  measuring ??= document.createElement("canvas").getContext("2d");
  measuring.font = `${weight} ${size}px ${FONT}`;
  return measuring.measureText(text).width;
}

/** A text cut into lines that fit. */
export function wrapped(text, width, most = 2) {
  const found = [];
  let line = "";
  for (const word of String(text).split(" ")) {
    const longer = line ? `${line} ${word}` : word;
    if (line && widthOf(longer) > width) {
      found.push(line);
      line = word;
    } else line = longer;
  }
  found.push(line);
  const kept = found.slice(0, most);
  if (found.length > most) kept[most - 1] = cut(`${kept[most - 1]} ${found[most]}`, width);
  return kept.map((each) => (widthOf(each) > width ? cut(each, width) : each));
}

function cut(text, width) {
  let short = text;
  while (short.length > 1 && widthOf(`${short}…`) > width) short = short.slice(0, -1);
  return `${short.trimEnd()}…`;
}

/** Round marks between two numbers, about `count` of them, zero included when it lies between. */
export function ticks(low, high, count = 4) {
  const span = high - low || 1;
  const power = 10 ** Math.floor(Math.log10(span / count));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => span / each <= count) ?? 10 * power;
  const found = [];
  for (let mark = Math.ceil(low / step) * step; mark <= high + step * 1e-6; mark += step) found.push(Math.abs(mark) < step * 1e-6 ? 0 : mark);
  return found;
}

export const round = (number) => Math.round(number * 10) / 10;
