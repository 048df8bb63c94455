// An answer in readable form: figures with their interval, verdict, what weighs, where it comes from.

import { bars } from "./bars.js";
import { data, draw, facts, make, pretty, prose } from "./dom.js";
import { figure, percent, plain, read, say, sharedScale, unitName } from "./text.js";

const MARKS = { fit: "●", "order-of-magnitude": "◆", unfit: "▲" };
const VERDICTS = { fit: "Fit for this scale", "order-of-magnitude": "Order of magnitude only", unfit: "Unfit for this scale" };
const HEADLINES = 3;

/** Show the answer stored in the page. */
export function showStored() {
  const place = document.querySelector("[data-result][data-from]");
  render(place, data(place.dataset.from));
}

/** Show an answer; one that is not an envelope is shown as JSON. */
export function render(place, answer) {
  const envelope = answer?.result?.indicators ? answer.result : answer;
  if (!Array.isArray(envelope?.indicators)) {
    place.replaceChildren(make("h3", {}, say("Answer")), raw(envelope, true));
    return;
  }
  place.replaceChildren(
    ...[
      demonstration(envelope),
      make("h3", {}, read(envelope.title) || say("Answer")),
      headlines(envelope),
      verdict(envelope),
      coverage(envelope.coverage),
      warnings(envelope.warnings),
      others(envelope.indicators.slice(HEADLINES)),
      bars(envelope),
      byFeature(envelope.features),
      doubt(envelope),
      sources(envelope),
      factors(envelope.factors),
      receipt(envelope),
      raw(answer, false),
      disclaimer(),
    ].filter(Boolean),
  );
}

function demonstration(envelope) {
  const isDemonstration = envelope.sources?.some((source) => source.synthetic) || envelope.fitness?.synthetic > 0;
  return isDemonstration ? make("p", { class: "note warn" }, make("strong", {}, say("Demonstration data: do not use to decide."))) : null;
}

function headlines({ indicators, fitness }) {
  const hidden = fitness?.verdict === "unfit";
  const shown = indicators.slice(0, HEADLINES);
  const scales = new Map(shown.map(({ unit }) => [unit, sharedScale(shown.filter((other) => other.unit === unit))]));
  const horizon = shown[0]?.horizon;
  return make(
    "div",
    {},
    make("ul", { class: "figures" }, shown.map((indicator) => headline(indicator, scales.get(indicator.unit), hidden))),
    horizon ? make("p", { class: "small muted" }, `${say("Years of the data or of the computation:")} ${horizon}`) : null,
  );
}

function headline(indicator, scale, hideCentre) {
  const shown = figure(indicator, scale);
  const missing = indicator.value === null || indicator.value === undefined;
  const main = missing
    ? make("p", { class: "figure-value" }, say("not evaluated"))
    : make("p", { class: "figure-value" }, hideCentre && shown.known ? shown.brackets : shown.value, "\u00a0", make("span", { class: "unit-inline" }, shown.unit));
  return make(
    "li",
    { class: "figure" },
    make("p", { class: "figure-title" }, read(indicator.title) || indicator.id),
    main,
    missing ? null : interval(indicator, hideCentre),
    missing ? null : make("p", { class: "figure-range" }, shown.range, indicator.confidence ? `, ${say("{share} interval", { share: percent(indicator.confidence) })}` : ""),
  );
}

/** A bar from low to high on an axis that shows zero. */
function interval({ value, low, high }, hideCentre) {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return null;
  const start = Math.min(0, low);
  const end = Math.max(0, high);
  const width = end - start || 1;
  const at = (number) => 4 + ((number - start) / width) * 292;
  return draw(
    "svg",
    { viewBox: "0 0 300 24", preserveAspectRatio: "none", "aria-hidden": "true" },
    draw("line", { class: "axis", x1: 4, y1: 12, x2: 296, y2: 12 }),
    draw("line", { class: "axis", x1: at(0), y1: 4, x2: at(0), y2: 20 }),
    draw("path", { class: "whisker", d: `M${at(low)} 8v8M${at(low)} 12H${at(high)}M${at(high)} 8v8` }),
    hideCentre ? null : draw("circle", { class: "dot", cx: at(value), cy: 12, r: 4 }),
  );
}

function verdict({ fitness }) {
  if (!fitness) return null;
  const reasons = fitness.reasons ?? [];
  return make(
    "div",
    { class: "note" },
    make("p", { class: "verdict" }, `${MARKS[fitness.verdict] ?? ""} ${read(fitness.title) || say(VERDICTS[fitness.verdict] ?? fitness.verdict)}`),
    reasons.length ? make("ul", {}, reasons.map((reason) => make("li", {}, prose(read(reason))))) : null,
  );
}

function coverage(found) {
  if (!found) return null;
  const lines = [
    ["Inside the territory", found.inside],
    ["Described by a layer", found.share],
    ["Evaluated for every pool", found.evaluated],
  ];
  return facts(lines.filter(([, share]) => Number.isFinite(share)).map(([key, share]) => [say(key), percent(share)]));
}

function warnings(list) {
  if (!list?.length) return null;
  return make("div", { class: "note warn" }, make("p", {}, make("strong", {}, say("To know"))), make("ul", {}, list.map((item) => make("li", {}, prose(read(item.message ?? item))))));
}

function others(indicators) {
  if (!indicators.length) return null;
  const rows = indicators.map((indicator) => {
    const shown = figure(indicator);
    const missing = indicator.value === null || indicator.value === undefined;
    return make("tr", {}, make("th", { scope: "row" }, read(indicator.title) || indicator.id), make("td", { class: "number" }, missing ? say("not evaluated") : `${shown.value} ${shown.unit}`), make("td", { class: "number" }, missing ? "" : shown.brackets));
  });
  return folded(say("The other figures"), table([say("Figure"), say("Value"), say("Interval")], rows, 1));
}

function byFeature(features) {
  if (!features?.length) return null;
  const totals = features.map((feature) => feature.indicators.find((indicator) => indicator.id === "total") ?? feature.indicators[0]);
  const scale = sharedScale(totals.filter(Boolean));
  const rows = features.map((feature, index) => {
    const total = totals[index];
    const missing = total?.value === null || total?.value === undefined;
    const shown = missing ? null : figure(total, scale);
    return make("tr", {}, make("th", { scope: "row" }, feature.id || String(feature.index + 1)), make("td", { class: "number" }, missing ? say("not evaluated") : `${shown.value} ${shown.unit}`), make("td", { class: "number" }, missing ? "" : shown.brackets), make("td", {}, `${MARKS[feature.fitness?.verdict] ?? ""} ${say(VERDICTS[feature.fitness?.verdict] ?? "")}`));
  });
  return folded(say("One by one ({count})", { count: features.length }), table([say("Place"), say("Value"), say("Interval"), say("Scale")], rows, 1), features.length <= 60);
}

function doubt({ uncertainty, factors: used }) {
  if (!uncertainty) return null;
  const titles = new Map((used ?? []).map((factor) => [factor.id, read(factor.title)]));
  const shares = [...(uncertainty.shares ?? [])].sort((one, other) => other.share - one.share).slice(0, 5);
  return folded(
    say("Where does the doubt come from?"),
    make("div", {}, make("p", {}, read(uncertainty.note)), shares.length ? make("ul", {}, shares.map(({ source, share }) => make("li", {}, `${titles.get(source) ?? source} · ${percent(share)}`))) : null),
  );
}

function sources({ sources: list, terms }) {
  if (!list?.length) return null;
  const rows = list.map((source) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, read(source.title), source.synthetic ? [" ", make("span", { class: "badge demo" }, say("Demonstration data"))] : null),
      make("td", {}, source.vintage),
      make("td", {}, source.licence_url ? make("a", { href: source.licence_url }, source.licence) : source.licence),
      make("td", {}, source.attribution),
    ),
  );
  return folded(
    say("Data ({count})", { count: list.length }),
    make("div", {}, terms ? make("p", {}, read(terms.title)) : null, table([say("Layer"), say("Vintage"), say("Licence"), say("Attribution")], rows)),
  );
}

function factors(list) {
  if (!list?.length) return null;
  const unchecked = list.filter((factor) => !factor.checked).length;
  const rows = list.map((factor) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, read(factor.title), factor.checked ? null : " †", factor.overridden ? [" ", make("span", { class: "badge" }, say("replaced by you"))] : null, make("span", { class: "unit" }, factor.id)),
      make("td", { class: "number" }, `${plain(factor.value, 3)} ${unitName(factor.unit)}`),
      make("td", { class: "number" }, spread(factor)),
      make("td", {}, factor.link ? make("a", { href: factor.link }, factor.source) : factor.source, factor.year ? ` (${factor.year})` : ""),
    ),
  );
  const title = unchecked ? say("Factors ({count}, of which {unchecked} to check †)", { count: list.length, unchecked }) : say("Factors ({count})", { count: list.length });
  return folded(title, table([say("Factor"), say("Value"), say("Interval"), say("Source")], rows, 1));
}

/** How sure a factor is: its bounds, else its standard deviation. */
function spread({ low, high, sd }) {
  if (Number.isFinite(low) && Number.isFinite(high)) return `${plain(low, 2)} – ${plain(high, 2)}`;
  return sd > 0 ? say("standard deviation {sd}", { sd: plain(sd, 2) }) : say("unknown interval");
}

function receipt({ receipt: found, cost }) {
  if (!found && !cost) return null;
  const pairs = [];
  if (found) pairs.push([say("Receipt"), make("code", {}, found.hash)], [say("Process"), `${found.process} ${found.version}`], [say("Version of the factors"), make("code", {}, found.factors)]);
  if (cost) pairs.push([say("Cost of this answer"), `${plain(cost.bytes_read / 1e6, 2)} ${say("MB")} · ${plain(cost.cpu_seconds, 3)} s · ${plain(cost.energy_wh, 4)} Wh · ${plain(cost.emissions_gco2e, 5)} gCO₂e`]);
  return folded(say("Receipt and cost"), make("div", {}, found ? make("p", {}, say("The same receipt gives the same result.")) : null, facts(pairs)));
}

function raw(answer, open) {
  const text = typeof answer === "string" ? answer : pretty(answer);
  const address = URL.createObjectURL(new Blob([typeof answer === "string" ? answer : JSON.stringify(answer, null, 2)], { type: "application/json" }));
  return make(
    "details",
    { open },
    make("summary", {}, say("The whole answer (JSON)")),
    make("p", { class: "actions" }, make("a", { class: "button", href: address, download: "estran.json" }, say("Download")), make("button", { type: "button", "data-copy": "raw-answer" }, say("Copy"))),
    make("pre", { tabindex: 0 }, make("code", { id: "raw-answer" }, text)),
  );
}

function disclaimer() {
  return make("p", { class: "small muted" }, say("Estran estimates, it does not measure. The figures rest on public data and on your inputs, with their margin of doubt. They help to compare and to decide early; they replace neither a field survey nor the opinion of the environmental authority."));
}

function folded(title, content, open = false) {
  return make("details", { open }, make("summary", {}, title), content);
}

function table(titles, rows, firstNumber = Infinity) {
  const heads = titles.map((title, index) => make("th", { scope: "col", class: index >= firstNumber && index <= firstNumber + 1 ? "number" : null }, title));
  return make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": titles[0] }, make("table", {}, make("thead", {}, make("tr", {}, heads)), make("tbody", {}, rows)));
}
