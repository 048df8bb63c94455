// When? Bars of each year and the sum since the start, with its band; or lines of observed and target years.

import { draw } from "../../dom.js";
import { say } from "../../text.js";
import { bounds, hasInterval, number, scaleOf, unitName } from "../numbers.js";
import { block, canvas, COLOURS, CONTROL, INK, label, LINE, lines, MUTED, round, ticks, widthOf } from "./canvas.js";

/**
 * One year: what is emitted (≥ 0) and removed (≤ 0) in it, and the sum since the start.
 * @typedef {{ year: number, emitted: number, removed: number, sum: { value: number, low: number|null, high: number|null } }} YearPoint
 *
 * @param {{ years: YearPoint[], unit: string, mark?: { year: number, text: string }|null, title: string, subtitle: string, caption: string }} data
 * @param {{ width?: number }} [options]
 */
export function timeline({ years, unit, mark = null, title, subtitle, caption }, { width = 640 } = {}) {
  const scale = scaleOf(years.map(({ sum }) => ({ ...sum, unit })));
  const said = (amount, options = {}) => number({ ...amount, unit }, { scale, signed: true, ...options });
  const last = years.at(-1);
  return {
    svg: drawn(years, { mark, title, width, scale, unit, said }),
    title,
    subtitle: [unitName(scale.unit), subtitle].filter(Boolean).join(", "),
    caption,
    hidden: 0,
    table: {
      heads: [say("Year"), say("Emitted"), say("Removed"), say("Since the start"), say("Interval")],
      rows: years.map(({ year, emitted, removed, sum }) => [String(year), said({ value: emitted, low: null, high: null }), said({ value: removed, low: null, high: null }), said(hasInterval(sum) ? sum : { ...sum, low: null, high: null }), hasInterval(sum) ? bounds({ ...sum, unit }, { scale }) : "–"]),
      ids: [],
    },
    csv: [["year", "emitted", "removed", "since_start", "low", "high", "unit"], ...years.map(({ year, emitted, removed, sum }) => [year, emitted, removed, sum.value, sum.low, sum.high, unit])],
    last,
  };
}

const LEFT = 8;
const YEARLY = 120;
const SUM = 150;
const GAP = 58;

function drawn(years, { mark, title, width, scale, unit, said }) {
  const height = 26 + YEARLY + GAP + SUM + 40;
  const svg = canvas(width, height, title);
  const yearly = [Math.min(0, ...years.map(({ removed }) => removed)), Math.max(0, ...years.map(({ emitted }) => emitted))];
  const sums = years.flatMap(({ sum }) => [sum.value, sum.low ?? sum.value, sum.high ?? sum.value]);
  const summed = [Math.min(0, ...sums), Math.max(0, ...sums)];
  const gutter = Math.max(...[...ticks(...yearly, 3), ...ticks(...summed, 3)].map((each) => widthOf(said({ value: each, low: each, high: each }), 12))) + 10;
  const [from, to] = [LEFT + gutter, width - 14];
  const [first, count] = [years[0].year, years.at(-1).year - years[0].year + 1];
  const step = (to - from) / count;
  const x = (year) => from + (year - first) * step;
  const top = panel(svg, { top: 26, tall: YEARLY, domain: yearly, from, to, said, heading: say("Each year") });
  const lower = panel(svg, { top: 26 + YEARLY + GAP, tall: SUM, domain: summed, from, to, said, heading: say("Since the start, all years together") });
  for (const { year, emitted, removed } of years) {
    const bar = { x: round(x(year) + step * 0.15), width: Math.max(step * 0.7, 1) };
    if (emitted > 0) svg.append(block(svg, "emission", { ...bar, y: round(top(emitted)), height: Math.max(round(top(0) - top(emitted)), 0.75) }));
    if (removed < 0) svg.append(block(svg, "removal", { ...bar, y: round(top(0)), height: Math.max(round(top(removed) - top(0)), 0.75) }));
  }
  const middle = (year) => round(x(year) + step / 2);
  const banded = years.filter(({ sum }) => hasInterval(sum));
  if (banded.length > 1) {
    const edge = [...banded.map(({ year, sum }) => `${middle(year)},${round(lower(sum.high))}`), ...banded.toReversed().map(({ year, sum }) => `${middle(year)},${round(lower(sum.low))}`)];
    svg.append(draw("polygon", { points: edge.join(" "), fill: INK, "fill-opacity": 0.18 }));
  }
  svg.append(draw("polyline", { points: years.map(({ year, sum }) => `${middle(year)},${round(lower(sum.value))}`).join(" "), fill: "none", stroke: INK, "stroke-width": 2 }));
  const end = years.at(-1);
  if (banded.length === 1) {
    const [low, high] = [round(lower(end.sum.low)), round(lower(end.sum.high))];
    svg.append(draw("path", { d: `M${middle(end.year) - 4} ${low}h8M${middle(end.year)} ${low}V${high}M${middle(end.year) - 4} ${high}h8`, stroke: INK, "stroke-width": 1.5, fill: "none" }));
  }
  svg.append(draw("circle", { cx: middle(end.year), cy: round(lower(end.sum.value)), r: 4, fill: INK, stroke: "#FFFFFF" }));
  const told = `${said(end.sum)} ${unitName(scale.unit)}`;
  const above = lower(end.sum.value) - 10 > 26 + YEARLY + GAP + 12;
  svg.append(label(told, middle(end.year) - 8, round(lower(end.sum.value) + (above ? -10 : 20)), { "text-anchor": "end", "font-weight": 600, stroke: "#FFFFFF", "stroke-width": 3, "paint-order": "stroke" }));
  const bottom = 26 + YEARLY + GAP + SUM;
  for (const year of ticks(first === 1 ? 0 : first, end.year, width > 500 ? 6 : 4)) {
    if (year < first && first !== 1) continue;
    const place = year === 0 ? from : middle(year);
    svg.append(draw("line", { x1: place, x2: place, y1: bottom, y2: bottom + 5, stroke: CONTROL }), label(String(year), place, bottom + 19, { "font-size": 12, fill: MUTED, "text-anchor": "middle" }));
  }
  svg.append(label(first > 1000 ? "" : say("years"), to, bottom + 36, { "font-size": 12, fill: MUTED, "text-anchor": "end" }));
  if (mark && mark.year > first && mark.year < end.year) {
    const place = round(x(mark.year) + step);
    svg.append(draw("line", { x1: place, x2: place, y1: 20, y2: bottom, stroke: CONTROL, "stroke-dasharray": "5 4" }));
    svg.append(label(mark.text, place + 6, 26 + YEARLY + 18, { "font-size": 12, fill: MUTED }));
  }
  return svg;
}

/** A frame with its marks; gives the height of a value. */
function panel(svg, { top, tall, domain: [low, high], from, to, said, heading }) {
  const at = (value) => top + tall - ((value - low) / (high - low || 1)) * tall;
  svg.append(label(heading, from, top - 10, { "font-weight": 600 }));
  for (const each of ticks(low, high, 3)) {
    const y = round(at(each));
    svg.append(draw("line", { x1: from, x2: to, y1: y, y2: y, stroke: each === 0 ? MUTED : LINE, "stroke-width": each === 0 ? 1.5 : 1 }));
    svg.append(label(said({ value: each, low: each, high: each }), from - 6, y + 4, { "font-size": 12, fill: MUTED, "text-anchor": "end" }));
  }
  return at;
}

/**
 * Lines over calendar years: observed in full, targets dashed, each with its name at its end.
 * @param {{ series: { id: string, title: string, isTarget: boolean, points: { year: number, value: number, low: number|null, high: number|null }[] }[], unit: string, title: string, subtitle: string, caption: string }} data
 * @param {{ width?: number }} [options]
 */
export function path({ series, unit, title, subtitle, caption }, { width = 640 } = {}) {
  const all = series.flatMap(({ points }) => points);
  const scale = scaleOf(all.map((point) => ({ ...point, unit })));
  const said = (amount) => number({ ...amount, unit }, { scale });
  const height = 300;
  const svg = canvas(width, height, title);
  const values = all.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]);
  const domain = [Math.min(0, ...values), Math.max(0, ...values)];
  const gutter = Math.max(...ticks(...domain, 4).map((each) => widthOf(said({ value: each, low: each, high: each }), 12))) + 10;
  const ends = width > 560 ? Math.min(190, Math.max(...series.map(({ title: name }) => widthOf(name))) + 16) : 14;
  const [from, to] = [LEFT + gutter, width - ends];
  const years = [...new Set(all.map(({ year }) => year))].sort((one, other) => one - other);
  const x = (year) => round(from + ((year - years[0]) / (years.at(-1) - years[0] || 1)) * (to - from));
  const tall = height - 70 - (ends === 14 ? 20 * series.length : 0);
  const y = panel(svg, { top: 26, tall, domain, from, to, said, heading: "" });
  const dashes = ["7 5", "2 4", "10 4 2 4"];
  let targets = 0;
  const taken = [];
  series.forEach(({ title: name, isTarget, points }, index) => {
    const dash = isTarget ? dashes[targets++ % dashes.length] : null;
    const colour = isTarget ? MUTED : index % 2 ? COLOURS.quantity : INK;
    const banded = points.filter((point) => hasInterval(point) && point.low !== point.high);
    if (banded.length > 1 && targets < 2) svg.append(draw("polygon", { points: [...banded.map((point) => `${x(point.year)},${round(y(point.high))}`), ...banded.toReversed().map((point) => `${x(point.year)},${round(y(point.low))}`)].join(" "), fill: colour, "fill-opacity": 0.18 }));
    svg.append(draw("polyline", { points: points.map((point) => `${x(point.year)},${round(y(point.value))}`).join(" "), fill: "none", stroke: colour, "stroke-width": 2, "stroke-dasharray": dash }));
    if (!isTarget) svg.append(...points.map((point) => draw("circle", { cx: x(point.year), cy: round(y(point.value)), r: 3.5, fill: colour, stroke: "#FFFFFF" })));
    const end = points.at(-1);
    if (ends === 14) {
      const row = 26 + tall + 44 + index * 20;
      svg.append(draw("line", { x1: from, x2: from + 30, y1: row - 5, y2: row - 5, stroke: colour, "stroke-width": 2, "stroke-dasharray": dash }), label(name, from + 38, row));
    } else {
      let place = y(end.value) + 5;
      while (taken.some((other) => Math.abs(other - place) < 18)) place -= 18;
      taken.push(place);
      svg.append(...lines(name, x(end.year) + 8, place, end.year === years.at(-1) ? ends - 10 : 220, { most: 1, "font-weight": isTarget ? 400 : 600, stroke: "#FFFFFF", "stroke-width": 3, "paint-order": "stroke" }));
    }
  });
  for (const year of years.filter((each, index) => index === 0 || each === years.at(-1) || each % (width > 560 ? 5 : 10) === 0)) svg.append(label(String(year), x(year), 26 + tall + 18, { "font-size": 12, fill: MUTED, "text-anchor": year === years.at(-1) && ends === 14 ? "end" : "middle" }));
  return {
    svg,
    title,
    subtitle: [unitName(scale.unit), subtitle].filter(Boolean).join(", "),
    caption,
    hidden: 0,
    table: { heads: [say("Year"), ...series.map(({ title: name }) => name)], rows: years.map((year) => [String(year), ...series.map(({ points }) => points.find((point) => point.year === year)).map((point) => (point ? `${said(point)} ${hasInterval(point) && point.low !== point.high ? bounds({ ...point, unit }, { scale }) : ""}`.trim() : ""))]), ids: [] },
    csv: [["series", "year", "value", "low", "high", "unit"], ...series.flatMap(({ id, points }) => points.map((point) => [id, point.year, point.value, point.low, point.high, unit]))],
  };
}
