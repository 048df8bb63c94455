// Is the territory on its path? What is observed or announced, the straight path between targets, the gap shaded.

import { data, draw } from "../dom.js";
import { say } from "../text.js";
import { canvas, CONTROL, INK, label, LINE, MUTED, round, ticks, widthOf } from "../planner/charts/canvas.js";
import { frame } from "../planner/charts/frame.js";
import { bounds, hasInterval, number, percent, scaleOf, unitName } from "../planner/numbers.js";

const PATH = "target_linear";
const GAP = "gap.";
const OTHER = "target_";
const HEIGHT = 320;
const [LEFT, TOP, BOTTOM] = [4, 30, 34];
const TREND = /^trend_(\d{4})$/;

/** Draw the path of the territory in its place. */
export function show(element) {
  const { trajectory } = data("dashboard-data");
  const read = reading(trajectory);
  if (read) element.replaceChildren(frame(chart, read, { name: "estran-trajectoire" }));
}

/** The lines of the answer: the path, what is observed, where its trend leads. */
function reading({ timeline, indicators, announced, title, subtitle }) {
  const of = (item) => timeline.filter((point) => point.item === item && point.value !== null);
  const path = of(PATH);
  if (!path.length) return null;
  const names = [...new Set(timeline.map(({ item }) => item))].filter((item) => !item.startsWith(GAP) && !item.startsWith(OTHER));
  const targets = Object.values(indicators).filter(({ id }) => /^target_\d{4}$/.test(id));
  const trend = Object.values(indicators).filter(({ id, value }) => TREND.test(id) && value !== null).map((each) => ({ ...each, year: Number(TREND.exec(each.id)[1]) }));
  return {
    path,
    observed: names.map((item) => of(item)).filter((points) => points.length),
    targets: targets.map((each) => ({ ...each, year: Number(each.id.slice(OTHER.length)) })),
    trend,
    announced,
    unit: path[0].unit,
    confidence: targets[0]?.confidence ?? 0.9,
    title,
    subtitle,
  };
}

/** A chart as `frame` shows it. */
function chart({ path, observed, targets, trend, announced, unit, confidence, title, subtitle }, { width = 640 } = {}) {
  const all = [...path, ...observed.flat(), ...trend];
  const scale = scaleOf(targets.map((each) => ({ ...each, unit })));
  const said = (amount) => number({ ...amount, unit }, { scale });
  const svg = canvas(width, HEIGHT, title);
  const highest = Math.max(...all.map(({ value, high }) => high ?? value), ...targets.map(({ high, value }) => high ?? value));
  const marks = ticks(0, highest, 4);
  const flat = (each) => said({ value: each, low: each, high: each });
  const gutter = Math.max(...marks.map((each) => widthOf(flat(each), 12))) + 10;
  const years = path.map(({ year }) => year);
  const [from, to] = [LEFT + gutter + 14, width - 34];
  const x = (year) => round(from + ((year - years[0]) / (years.at(-1) - years[0] || 1)) * (to - from));
  const y = (value) => round(HEIGHT - BOTTOM - (value / highest) * (HEIGHT - BOTTOM - TOP));
  const line = (points, look) => draw("polyline", { points: points.map(({ year, value }) => `${x(year)},${y(value)}`).join(" "), fill: "none", "stroke-width": 2, ...look });

  for (const mark of marks) svg.append(draw("line", { x1: from - 14, x2: to, y1: y(mark), y2: y(mark), stroke: mark ? LINE : MUTED }), label(flat(mark), from - 20, y(mark) + 4, { "font-size": 12, fill: MUTED, "text-anchor": "end" }));
  const at = new Map(path.map((point) => [point.year, point.value]));
  for (const points of observed) svg.append(shade(points, path, at, x, y));
  svg.append(line(path, { stroke: MUTED, "stroke-dasharray": "7 5" }));
  for (const target of targets) svg.append(...aim(target, targets[0], { x, y, said, to, unit: unitName(scale.unit).split("/")[0], isNarrow: width < 480 }));
  const last = observed[0]?.at(-1);
  if (last && trend.length) svg.append(line([last, ...trend], { stroke: INK, "stroke-dasharray": "2 4" }), ...trend.flatMap((point) => span(point, x, y)));
  for (const points of observed) {
    svg.append(line(points, { stroke: INK, "stroke-dasharray": announced ? "10 3" : null }), ...points.flatMap((point) => span(point, x, y)));
    svg.append(...points.map((point) => draw("circle", { cx: x(point.year), cy: y(point.value), r: 4.5, fill: announced ? "#FFFFFF" : INK, stroke: announced ? INK : "#FFFFFF", "stroke-width": 2 })));
    const end = points.at(-1);
    const name = `${end.year}${"\u00a0"}: ${said(end)} ${say(announced ? "Announced" : "Observed").toLocaleLowerCase()}`;
    svg.append(label(name, x(end.year) + 10, y(end.high ?? end.value) - 8, { "font-weight": 600, ...HALO }));
  }
  for (const year of years.filter((each) => targets.some((target) => target.year === each) || observed[0]?.at(-1)?.year === each)) svg.append(draw("line", { x1: x(year), x2: x(year), y1: y(0), y2: y(0) + 5, stroke: CONTROL }), label(String(year), x(year), y(0) + 20, { "font-size": 12, fill: MUTED, "text-anchor": "middle" }));
  return {
    svg,
    title,
    subtitle: [unitName(scale.unit), subtitle].filter(Boolean).join(", "),
    caption: say("Straight path between targets; shaded: gap with what is observed or announced; vertical lines: interval at {share}.", { share: percent(confidence) }),
    hidden: 0,
    table: { heads: [say("Year"), say("Target"), say(announced ? "Announced" : "Observed"), ...(trend.length ? [say("Trend")] : [])], rows: years.map((year) => [String(year), ...[path, observed.flat(), ...(trend.length ? [trend] : [])].map((points) => told(points.find((point) => point.year === year), said, unit, scale))]), ids: [] },
    csv: [["series", "year", "value", "low", "high", "unit"], ...[["target", path], [announced ? "announced" : "observed", observed.flat()], ["trend", trend]].flatMap(([name, points]) => points.map((point) => [name, point.year, point.value, point.low, point.high, unit]))],
  };
}

const HALO = { stroke: "#FFFFFF", "stroke-width": 4, "paint-order": "stroke" };

const told = (point, said, unit, scale) => (point ? `${said(point)} ${hasInterval(point) && point.low !== point.high ? bounds({ ...point, unit }, { scale }) : ""}`.trim() : "");

/** The gap between what is observed and the path, from the first year to the last. */
function shade(points, path, at, x, y) {
  const under = path.filter(({ year }) => year >= points[0].year && year <= points.at(-1).year).map(({ year }) => `${x(year)},${y(at.get(year))}`);
  return draw("polygon", { points: [...points.map(({ year, value }) => `${x(year)},${y(value)}`), ...under.toReversed()].join(" "), fill: INK, "fill-opacity": 0.18 });
}

/** The interval of a year. */
function span({ year, low, high }, x, y) {
  if (!hasInterval({ low, high }) || low === high) return [];
  const [place, top, bottom] = [x(year), y(high), y(low)];
  return [draw("path", { d: `M${place - 4} ${top}h8M${place} ${top}V${bottom}M${place - 4} ${bottom}h8`, stroke: INK, "stroke-width": 1.5, fill: "none" })];
}

/** A target: a lozenge with its level and its change since the first. */
function aim({ year, value }, base, { x, y, said, to, unit, isNarrow }) {
  const [place, level] = [x(year), y(value)];
  const change = base.value && year !== base.year ? (value === 0 ? say("neutrality") : percent(value / base.value - 1)) : "";
  const text = `${value === 0 ? "" : `${said({ value, low: value, high: value })} ${unit}`}${change && value !== 0 ? ` (${change})` : change}`;
  const isLast = place > to - 40;
  return [
    draw("path", { d: `M${place} ${level - 6}l6 6l-6 6l-6 -6Z`, fill: "#FFFFFF", stroke: MUTED, "stroke-width": 2 }),
    isNarrow && year === base.year ? null : label(text, isLast ? place + 28 : place + 10, level - (isLast ? 34 : 10), { "text-anchor": isLast ? "end" : "start", fill: MUTED, ...HALO }),
  ].filter(Boolean);
}
