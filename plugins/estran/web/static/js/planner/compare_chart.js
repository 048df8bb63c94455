// Item by item, what separates each variant from the reference: one row per item, one symbol per variant, around zero.

import { make } from "../dom.js";
import { language, say } from "../text.js";
import { dots } from "./charts/dots.js";
import { frame } from "./charts/frame.js";
import { straddles } from "./compare_request.js";
import { figure, scaleOf, words } from "./numbers.js";
import { indicator, lower } from "./result/reading.js";
import { letterOf } from "./variants.js";

/** The answer in one sentence: the lowest of the variants that can be told from the reference, or that none can. */
export function sentenceOf(figures, plainNames) {
  const names = plainNames.map((name) => (language === "fr" ? `«\u00a0${name}\u00a0»` : `“${name}”`));
  const others = figures.map((each, index) => ({ ...each, index })).filter(({ index, difference }) => index && Number.isFinite(difference?.value));
  if (!others.length) return say("The variants could not be compared.");
  const sure = others.filter(({ difference }) => !straddles(difference));
  if (!sure.length) return say("The data cannot tell {one} from {other}.", { one: [0, ...others.slice(0, -1).map(({ index }) => index)].map((index) => names[index]).join(", "), other: names[others.at(-1).index] });
  const best = sure.reduce((lowest, each) => (each.difference.value < lowest.difference.value ? each : lowest));
  const [one, other] = [names[best.index], names[0]];
  const { value, low, high } = best.difference;
  if (!value && !low && !high) return say("{one} and {other} emit the same: nothing separates them here.", { one, other });
  const size = value < 0 ? { ...best.difference, value: -value, low: -high, high: -low } : best.difference;
  return say(value < 0 ? "{one} would emit about {figure} less than {other}." : "{one} would emit about {figure} more than {other}.", { one, other, figure: figure(size, { scale: scaleOf([size]) }) });
}

/** The chart of the items, with what does not change and what is not compared under it; null when nothing differs. */
export function itemsChart(figures, names, { years, caption, unit }) {
  const others = figures.slice(1);
  const items = new Map();
  others.forEach(({ rows }, rank) => {
    for (const row of rows) {
      if (!items.has(row.id)) items.set(row.id, { id: row.id, title: itemTitle(row), amounts: others.map(() => null), reasons: new Set() });
      items.get(row.id).amounts[rank] = row;
      if (row.reason) items.get(row.id).reasons.add(words(row.reason));
    }
  });
  const known = [...items.values()];
  const reach = ({ amounts }) => Math.max(...amounts.map((each) => Math.abs(each?.value ?? 0)));
  const moves = ({ amounts }) => amounts.some((each) => each?.value || each?.low || each?.high);
  const changed = known.filter(moves).sort((one, other) => reach(other) - reach(one));
  const same = known.filter((each) => !moves(each) && each.amounts.some((amount) => Number.isFinite(amount?.value)));
  const missing = known.filter(({ reasons }) => reasons.size);
  const notes = [
    same.length ? make("p", {}, make("strong", {}, say("Unchanged:")), ` ${same.map(({ title }) => lower(title)).join(", ")}.`) : null,
    ...missing.map(({ title, reasons }) => make("p", {}, make("strong", {}, say("Not compared:")), ` ${lower(title)} (${[...reasons].join(" ; ")}).`)),
  ].filter(Boolean);
  if (!changed.length) return make("div", {}, make("p", {}, say("No item differs between the variants.")), notes);
  const title = changed.length > 1 && reach(changed[0]) > 2 * reach(changed[1]) ? say("What separates the variants most is {item}.", { item: lower(changed[0].title) }) : say("What separates each variant from {reference}, item by item", { reference: letterOf(0) });
  const chart = frame(dots, { rows: changed, variants: others.map((_each, rank) => names[rank + 1]), unit, title, subtitle: [say("difference with {reference}", { reference: names[0] }), years ? say("over {years} years", { years }) : ""].filter(Boolean).join(", "), caption }, { name: "estran_comparaison" });
  return make("div", { class: "compare-items" }, chart, make("div", { class: "compare-notes" }, notes));
}

/** The item without the names of the variants that its title carries. */
const itemTitle = ({ title, source }) => words(title).split(new RegExp(`,\\s+${source.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}\\s`))[0];

/** What a percentage of chances the intervals hold. */
export function captionOf(envelope) {
  const { confidence } = indicator(envelope, "total") ?? { confidence: 0.9 };
  return say("All the variants run on the same draws: what they share cancels. Intervals hold the true value {chances} times out of 10. Totals are computed before rounding. Receipt {receipt}.", { chances: Math.round(confidence * 10), receipt: envelope.receipt?.hash?.slice(0, 8) ?? "" });
}
