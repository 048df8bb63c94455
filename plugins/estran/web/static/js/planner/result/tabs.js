// By item, before and after, over time, as a table: one panel at a time, each drawn when it is first seen.

import { make } from "../../dom.js";
import { language, read, say } from "../../text.js";
import { frame } from "../charts/frame.js";
import { items, kindOf } from "../charts/items.js";
import { path, timeline } from "../charts/timeline.js";
import { waterfall } from "../charts/waterfall.js";
import { figure, number, percent, scaleOf, unitName, words } from "../numbers.js";
import { otherFigures } from "./figures.js";
import { cuts, horizonOf, indicator, isHidden, isSigned, lower, titleOf, withArticle } from "./reading.js";
import { pairs } from "./details.js";
import { sentenceOf, variantNames } from "./sentences.js";

let tabs = 0;

/** The panels of charts, as tabs; null when the answer has nothing to draw. */
export function charts(envelope, context) {
  const name = `estran_${envelope.process}`;
  const options = { name, onItem: context.onLocate ? (id) => context.onLocate(id) : null };
  const panels = [
    [say("tab.items"), byItem(envelope, options)],
    [say("tab.change"), change(envelope, { name })],
    [say("tab.time"), overTime(envelope, { name })],
    [say("tab.table"), () => asTable(envelope)],
  ].filter(([, build]) => build);
  return tabbed(panels);
}

function tabbed(panels) {
  const id = `result-tabs-${(tabs += 1)}`;
  const boxes = panels.map(([title], index) => make("div", { role: "tabpanel", id: `${id}-${index}`, "aria-labelledby": `${id}-${index}-tab`, hidden: true, "data-panel-of": title, tabindex: 0 }));
  const buttons = panels.map(([title], index) => make("button", { type: "button", role: "tab", id: `${id}-${index}-tab`, "aria-controls": `${id}-${index}`, onclick: () => select(index), onkeydown: (event) => onKey(event, index) }, title));
  function select(chosen) {
    buttons.forEach((button, index) => {
      button.setAttribute("aria-selected", String(index === chosen));
      button.tabIndex = index === chosen ? 0 : -1;
      boxes[index].hidden = index !== chosen;
    });
    if (!boxes[chosen].childElementCount) boxes[chosen].append(panels[chosen][1]());
  }
  function onKey(event, index) {
    const move = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: panels.length - 1 }[event.key];
    if (move === undefined) return;
    event.preventDefault();
    const next = (move + panels.length) % panels.length;
    select(next);
    buttons[next].focus();
  }
  select(0);
  return make("div", { class: "result-tabs" }, make("div", { role: "tablist", "aria-label": say("Ways to look at the result") }, buttons), boxes);
}

/** The caption of every chart: sources, their date, what the interval means. */
export function captionOf(envelope) {
  const layers = (envelope.sources ?? []).filter(({ kind }) => kind === "layer");
  const named = layers.slice(0, 3).map(({ title, vintage }) => `${words(title)} (${vintage})`).join(" ; ");
  const confidence = envelope.uncertainty?.confidence ?? 0.9;
  return [
    say("The line shows the interval: {chances} chances in 10 that the true value is inside, if our assumptions are right.", { chances: Math.round(confidence * 10) }),
    say("Totals are computed before rounding."),
    named ? say("Sources: {list}", { list: named }) + (layers.length > 3 ? "…" : ".") : "",
    say("Receipt {hash}.", { hash: envelope.receipt?.hash?.slice(0, 8) ?? "–" }),
  ].filter(Boolean).join(" ");
}

const subtitleOf = (envelope) => {
  const total = indicator(envelope, "total");
  const years = total ? horizonOf(total) : null;
  return years ? say("over {years} years", { years }) : "";
};

function byItem(envelope, options) {
  const found = cuts(envelope).filter(({ items: list }) => list.some(({ value }) => Number.isFinite(value)));
  if (!found.length) return null;
  return () => {
    const place = make("div", {});
    const choices = found.length > 1 ? make("div", { class: "choices", role: "group", "aria-label": say("Cut by") }, found.map((cut, index) => make("button", { type: "button", class: "choice", "aria-pressed": String(index === 0), onclick: () => show(index) }, cut.title))) : null;
    const show = (chosen) => {
      const cut = found[chosen];
      choices?.childNodes.forEach((button, index) => button.setAttribute("aria-pressed", String(index === chosen)));
      const signed = cut.items.some(({ kind }) => kind === "removal") || cut.items.some((item) => isSigned(envelope.breakdown.find(({ item: id }) => id === item.id) ?? {}));
      place.replaceChildren(frame(items, { items: cut.items, sorted: cut.sorted, most: cut.sorted ? undefined : 12, signed, hideCentre: isHidden(envelope), title: finding(envelope, cut), subtitle: cut.inTotal ? subtitleOf(envelope) : say("not in the total"), caption: captionOf(envelope) }, { ...options, name: `${options.name}_${cut.id}` }));
    };
    show(0);
    return make("div", {}, choices, place);
  };
}

/** What the bars say, in a sentence. */
function finding(envelope, { items: list, inTotal, title, id }) {
  if (isHidden(envelope)) return say("Only intervals are given at this scale");
  const known = list.filter(({ value }) => value).sort((one, other) => Math.abs(other.value) - Math.abs(one.value));
  if (!known.length) return say("Nothing weighs here: every evaluated item is zero");
  if (!inTotal) return say("What is counted apart: {what}", { what: lower(title) });
  const same = known.filter(({ value }) => Math.sign(value) === Math.sign(known[0].value));
  const whole = same.reduce((sum, { value }) => sum + Math.abs(value), 0);
  const share = percent(Math.abs(known[0].value) / whole);
  const mixed = same.length < known.length;
  const first = withArticle(known[0].id, known[0].title);
  if (known[0].kind === "emission") return say(mixed ? "Heaviest item: {item}, {share} of gross emissions" : "Heaviest item: {item}, {share} of the total", { item: first, share });
  if (known[0].kind === "removal") return say("First to capture: {item}, {share} of what is captured", { item: first, share });
  return say(id === "month" ? "First: {item}, {share} of the year" : "First: {item}, {share} of the total", { item: first, share });
}

function change(envelope, options) {
  const total = indicator(envelope, "total");
  if (!total || !horizonOf(total) || total.value === null || isHidden(envelope)) return null;
  const rows = envelope.breakdown.filter((row) => row.indicators.includes("total") && row.unit === total.unit);
  if (rows.length < 2) return null;
  const list = rows.map((row) => ({ id: row.item, title: withCapital(words(row.title)), value: row.value, low: row.low, high: row.high, kind: kindOf(row) }));
  const compared = envelope.process === "compare-scenarios" ? ends(envelope) : null;
  if (envelope.process === "compare-scenarios" && !compared) return null;
  const [start, end] = compared ?? [
    { title: say(envelope.process === "project-impact" ? "Without the project" : "Without these actions"), value: 0, low: 0, high: 0 },
    { title: say(envelope.process === "project-impact" ? "With the project" : "With these actions"), value: total.value, low: total.low, high: total.high },
  ];
  return () => frame(waterfall, { start, end, items: list, unit: total.unit, title: sentenceOf(envelope).replace(/\.$/, ""), subtitle: [subtitleOf(envelope), compared ? "" : say("against the site without it")].filter(Boolean).join(", "), caption: captionOf(envelope) }, { ...options, name: `${options.name}_change` });
}

/** The totals of the two variants that are compared, when there are only two. */
function ends(envelope) {
  const totals = envelope.indicators.filter(({ id, value }) => id.startsWith("total_") && value !== null);
  if (totals.length !== 2) return null;
  const names = variantNames(envelope);
  return totals.map(({ value, low, high }, index) => ({ title: names[index], value, low, high }));
}

function overTime(envelope, options) {
  const points = (envelope.timeline ?? []).filter(({ value }) => Number.isFinite(value));
  if (!points.length || isHidden(envelope)) return null;
  const years = [...new Set(points.map(({ year }) => year))].sort((one, other) => one - other);
  if (years.length < 2) return null;
  return years[0] > 1000 ? calendar(envelope, points, options) : cumulated(envelope, points, years, options);
}

function cumulated(envelope, points, years, options) {
  const sums = new Map(points.filter(({ item }) => item === "cumulated").map((point) => [point.year, point]));
  const own = points.filter(({ item }) => item !== "cumulated" && item !== "total");
  const total = indicator(envelope, "total");
  const whole = own[0]?.unit === total?.unit ? total : null;
  const until = Math.max(years.at(-1), whole ? (horizonOf(whole) ?? 0) : 0);
  let sum = 0;
  const list = Array.from({ length: until }, (_each, index) => {
    const now = own.filter(({ year }) => year === index + 1);
    sum += now.reduce((all, { value }) => all + value, 0);
    const known = sums.get(index + 1);
    const isEnd = index + 1 === until && whole;
    return {
      year: index + 1,
      emitted: now.reduce((all, { value }) => all + Math.max(value, 0), 0),
      removed: now.reduce((all, { value }) => all + Math.min(value, 0), 0),
      sum: known ? { value: known.value, low: known.low, high: known.high } : { value: isEnd ? whole.value : sum, low: isEnd ? whole.low : null, high: isEnd ? whole.high : null },
    };
  });
  const settled = Math.max(0, ...own.filter(({ item, value }) => /soil/.test(item) && value).map(({ year }) => year));
  const mark = settled > 1 && settled < until ? { year: settled, text: say("soils settle at {years} years", { years: settled }) } : null;
  return () => frame(timeline, { years: list, unit: own[0].unit, mark, title: whenFinding(list), subtitle: say("each year, then since the start"), caption: captionOf(envelope) }, { ...options, name: `${options.name}_years` });
}

function whenFinding(list) {
  const gross = list.reduce((sum, { emitted }) => sum + emitted, 0);
  const end = list.at(-1).sum.value;
  if (end < 0) {
    const crossed = list.findLast(({ sum }) => sum.value > 0)?.year;
    return crossed ? say("What is captured makes up for what is emitted after {years} years", { years: crossed }) : say("The effect is a capture from the start, and it goes on for {years} years", { years: list.length });
  }
  const share = gross ? list[0].emitted / gross : 0;
  if (share > 0.3) return say("{share} of gross emissions come in the first year", { share: percent(share) });
  return say("Emissions spread over the {years} years", { years: list.length });
}

function calendar(envelope, points, options) {
  const unit = points[0].unit;
  const ids = [...new Set(points.map(({ item }) => item))].filter((id) => !id.startsWith("gap.") && !id.startsWith("budget"));
  const series = ids.map((id) => {
    const own = points.filter(({ item }) => item === id);
    return { id, title: words(own[0].title) || id, isTarget: id.startsWith("target"), points: own.map(({ year, value, low, high }) => ({ year, value, low, high })) };
  });
  const gap = indicator(envelope, "gap_latest");
  const title = gap && gap.value !== null ? `${titleOf(gap)}${language === "fr" ? "\u00a0:" : ":"} ${figure(gap, { scale: scaleOf([gap]), signed: true })}` : sentenceOf(envelope);
  return () => frame(path, { series, unit, title, subtitle: say("observed in full, targets dashed"), caption: captionOf(envelope) }, { ...options, name: `${options.name}_path` });
}

function asTable(envelope) {
  const rows = [...envelope.breakdown].sort((one, other) => Math.abs(other.value ?? 0) - Math.abs(one.value ?? 0));
  const scales = new Map([...new Set(rows.map(({ unit }) => unit))].map((unit) => [unit, scaleOf(rows.filter((row) => row.unit === unit))]));
  const hideCentre = isHidden(envelope);
  const first = envelope.indicators.length ? otherFigures(envelope) : [];
  const lines = rows.map((row) => {
    const scale = scales.get(row.unit);
    const out = row.indicators.includes("total") ? "" : say("not in the total");
    return [withCapital(words(row.title)) || read(row.title), hideCentre || row.value === null ? (row.value === null ? say("not evaluated") : "–") : `${number(row, { scale, signed: isSigned(row) })} ${unitName(scale.unit)}`, pairs.bounds(row, scale), Number.isFinite(row.area) ? pairs.area(row.area) : "", [out, row.value === null ? words(row.reason) : ""].filter(Boolean).join(" ; ")];
  });
  return make(
    "div",
    {},
    rows.length ? pairs.table(say("All the items"), [say("Item"), say("Value"), say("Interval"), say("Area"), say("Note")], lines) : null,
    first.length ? pairs.table(say("The other figures"), [say("Figure"), say("Value"), say("Interval"), say("Scope"), say("Note")], first.map((each) => [each.title, each.value, each.range, each.about, each.note])) : null,
  );
}

const withCapital = (text) => text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
