// What weighs: the rows of the breakdown, largest first, each with its bar, its interval and its area.

import { draw, make } from "./dom.js";
import { figure, plain, read, say, scaleFor } from "./text.js";

const SHOWN = 8;

/** The breakdown of an envelope as a table with bars, or null. */
export function bars({ breakdown, indicators }) {
  if (!breakdown?.length) return null;
  const evaluated = breakdown.filter((row) => Number.isFinite(row.value)).sort((one, other) => Math.abs(other.value) - Math.abs(one.value));
  const missing = breakdown.filter((row) => !Number.isFinite(row.value));
  const pools = new Map(indicators.filter((indicator) => indicator.pool).map((indicator) => [indicator.pool, read(indicator.title)]));
  const reach = Math.max(...evaluated.map((row) => Math.max(Math.abs(row.low ?? row.value), Math.abs(row.high ?? row.value), Math.abs(row.value))), 1e-9);
  const frame = {
    reach,
    signed: evaluated.some((row) => row.value < 0),
    isFlux: /CO2|CO₂/.test(evaluated[0]?.unit ?? ""),
    scale: scaleFor(evaluated[0]?.unit, reach),
    pools,
  };
  const rows = evaluated.map((row) => line(row, frame));
  return make(
    "section",
    {},
    make("h3", {}, say("What weighs")),
    rows.length ? listed(rows.slice(0, SHOWN), say("What weighs")) : null,
    rows.length > SHOWN ? make("details", {}, make("summary", {}, say("See the {count} others", { count: rows.length - SHOWN })), listed(rows.slice(SHOWN), say("See the {count} others", { count: rows.length - SHOWN }))) : null,
    make("p", { class: "small muted" }, say("Totals are computed before rounding.")),
    missing.length ? notEvaluated(missing, pools) : null,
  );
}

function line(row, frame) {
  const shown = figure(row, frame.scale);
  return make(
    "tr",
    {},
    make("th", { scope: "row" }, named(row, frame.pools)),
    make("td", { class: "bar-cell" }, bar(row, frame)),
    make("td", { class: "number", "data-label": say("Value") }, `${shown.value} ${shown.unit}`),
    make("td", { class: "number", "data-label": say("Interval") }, shown.brackets),
    make("td", { class: "number", "data-label": say("Area") }, Number.isFinite(row.area) ? `${plain(row.area, row.area < 10 ? 2 : 0)} ha` : ""),
  );
}

function bar({ value, low, high }, { reach, signed, isFlux }) {
  const zero = signed ? 100 : 0;
  const room = signed ? 100 : 200;
  const at = (number) => zero + (number / reach) * room;
  const kind = isFlux ? (value < 0 ? "removal" : "emission") : "stock";
  const known = Number.isFinite(low) && Number.isFinite(high);
  return draw(
    "svg",
    { class: "bar", viewBox: "0 0 200 14", preserveAspectRatio: "none", "aria-hidden": "true" },
    draw("rect", { class: kind, x: Math.min(zero, at(value)), y: 2, width: Math.max(Math.abs(at(value) - zero), 0.5), height: 10 }),
    known ? draw("path", { class: "whisker", "vector-effect": "non-scaling-stroke", d: `M${at(low)} 3v8M${at(low)} 7H${at(high)}M${at(high)} 3v8` }) : null,
  );
}

function listed(rows, label) {
  const heads = [say("Item"), make("span", { class: "visually-hidden" }, say("Chart")), say("Value"), say("Interval"), say("Area")];
  return make(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": label },
    make("table", { class: "pairs" }, make("thead", {}, make("tr", {}, heads.map((head, index) => make("th", { scope: "col", class: index > 1 ? "number" : null }, head)))), make("tbody", {}, rows)),
  );
}

function notEvaluated(rows, pools) {
  const items = rows.map((row) => make("li", {}, named(row, pools), Number.isFinite(row.area) ? ` (${plain(row.area, 1)} ha)` : "", row.reason ? ` : ${read(row.reason)}` : ""));
  return make("details", {}, make("summary", {}, say("What is not counted ({count})", { count: rows.length })), make("ul", {}, items));
}

/** The title of a row, and its pool when the title does not say it. */
function named(row, pools) {
  const title = read(row.title);
  const pool = poolName(row.pool, pools);
  return title.toLowerCase().includes(pool.toLowerCase()) ? title : `${title}, ${pool}`;
}

function poolName(pool, pools) {
  return pools.get(pool) ?? String(pool ?? "").replaceAll("_", " ");
}
