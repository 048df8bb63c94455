// What opens on demand: what is not counted, what to know, sources and factors, receipt and cost.

import { data, facts, make, pretty } from "../../dom.js";
import { language, read, say } from "../../text.js";
import { saveFile } from "../charts/frame.js";
import { bounds, plainNumber, sentence, unitName, words, written } from "../numbers.js";
import { covered, hectares, tip } from "./figures.js";
import { leftOut, notices } from "./reading.js";

/** Tables of names and values, which become lists on a narrow screen. */
export const pairs = {
  bounds: (row, scale) => (row.value === null ? "" : bounds(row, { scale })),
  area: hectares,
  table: (caption, heads, rows) =>
    make(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
      make("table", { class: "pairs" }, make("caption", {}, caption), make("thead", {}, make("tr", {}, heads.map((head, index) => make("th", { scope: "col", class: index === 1 || index === 2 ? "number" : null }, head)))), make("tbody", {}, rows.map((cells) => make("tr", {}, cells.map((cell, index) => (index === 0 ? make("th", { scope: "row" }, cell) : make("td", { class: index < 3 ? "number" : null, "data-label": cell === "" ? null : heads[index] }, cell))))))),
    ),
};

/** A part that opens on demand. */
export function folded(title, content, open = false) {
  return make("details", { open }, make("summary", {}, title), content);
}

/** The parts under the charts. */
export function accordions(envelope) {
  return [notCounted(envelope), toKnow(envelope), sourcesAndFactors(envelope), receipt(envelope), raw(envelope, false)];
}

function notCounted(envelope) {
  const list = leftOut(envelope);
  const places = covered(envelope.coverage).map(sentence);
  const count = list.length + places.length;
  if (!count) return folded(say("What is not counted ({count})", { count: 0 }), make("p", {}, say("Every item that this question asks about is evaluated.")));
  return folded(
    say("What is not counted ({count})", { count }),
    make("ul", {}, places.map((text) => make("li", {}, text)), list.map(({ title, area, reason }) => make("li", {}, capital(title), Number.isFinite(area) && area > 0 ? ` (${hectares(area)})` : "", reason ? `${colon}${reason}` : ""))),
  );
}

const colon = language === "fr" ? "\u00a0: " : ": ";
const capital = (text) => text.charAt(0).toLocaleUpperCase(language) + text.slice(1);

function toKnow(envelope) {
  const list = notices(envelope);
  if (!list.length) return null;
  const groups = Map.groupBy ? Map.groupBy(list, ({ where }) => owner(where)) : grouped(list);
  const own = groups.get("") ?? [];
  groups.delete("");
  return folded(
    say("To know ({count})", { count: list.length }),
    make("div", {}, own.length ? make("ul", {}, own.map(notice)) : null, [...groups].map(([process, found]) => [make("h4", {}, say(`process.${process}`)), make("ul", {}, found.map(notice))])),
  );
}

const PROCESSES = new Set(["carbon-stock", "carbon-flux", "building-emissions", "parking-potential", "emissions-inventory"]);
const owner = (where) => (PROCESSES.has(where) ? where : "");

function grouped(list) {
  const groups = new Map();
  for (const each of list) groups.set(owner(each.where), [...(groups.get(owner(each.where)) ?? []), each]);
  return groups;
}

function notice({ message }) {
  return make("li", {}, sentence(message));
}

const sourceOf = ({ source, source_fr: fr }) => words({ fr: fr ?? source, en: source });

function sourcesAndFactors({ sources = [], factors = [], terms }) {
  if (!sources.length && !factors.length) return null;
  const unchecked = factors.filter(({ checked }) => !checked).length;
  const title = unchecked ? say("Sources and factors ({count}, of which {unchecked} to check †)", { count: factors.length, unchecked }) : say("Sources and factors ({count})", { count: factors.length });
  const layers = sources.map((source) => [[words(source.title), source.synthetic ? [" ", make("span", { class: "pill demo" }, say("Demonstration data"))] : null], source.vintage, source.licence_url ? make("a", { href: source.licence_url }, source.licence) : source.licence, words(source.attribution)]);
  const used = factors.map((factor) => [[words(factor.title), factor.checked ? null : make("abbr", { title: say("Factor to check") }, " †"), replaced(factor), make("span", { class: "unit" }, factorPage(factor.id))], factor.day ? day(factor.day) : `${exactly(factor.value)} ${unitName(factor.unit)}`, spread(factor), [factor.link ? make("a", { href: factor.link }, sourceOf(factor)) : sourceOf(factor), factor.year ? ` (${factor.year})` : ""]]);
  return folded(
    title,
    make(
      "div",
      {},
      terms ? make("p", {}, say("Terms of use of this result: {terms}.", { terms: words(terms.title) })) : null,
      used.length ? pairs.table(say("Factors"), [say("Factor"), say("Value"), say("Interval"), say("Source")], used) : null,
      layers.length ? pairs.table(say("Data"), [say("Layer"), say("Vintage"), say("Licence"), say("Attribution")], layers) : null,
      unchecked ? make("p", { class: "small" }, say("† factor not checked against its source.")) : null,
    ),
  );
}

/** A factor is data: its digits are shown as published, four at most. */
function exactly(value) {
  if (!Number.isFinite(value)) return say("not evaluated");
  if (value === 0) return "0";
  const power = Math.min(0, Math.floor(Math.log10(Math.abs(value))) - 3);
  const text = written(value, power);
  return power < 0 ? text.replace(/[,.]?0+$/, "") : text;
}

/** How sure a factor is: its bounds, else its standard deviation. */
function spread({ low, high, sd, kind }) {
  if (Number.isFinite(low) && Number.isFinite(high)) return `[${exactly(low)}${low < 0 ? "\u00a0; " : "–"}${exactly(high)}]`;
  if (sd > 0) return say("standard deviation {sd}", { sd: plainNumber(sd) });
  return kind === "none" ? say("exact by nature") : say("interval unknown");
}

function replaced({ overridden_by: by, reason }) {
  if (!by) return null;
  return [" ", make("span", { class: "pill", title: reason }, by === "territory" ? say("replaced by the territory") : say("replaced by you"))];
}

/** The page of a factor, where the server publishes them. */
export function factorPage(id) {
  const root = document.querySelector('meta[name="estran-base"]')?.dataset.root ?? "";
  const site = data("site");
  const address = site ? site.factors : `${root}/collections/factors`;
  return address ? make("a", { href: `${address}/items/${encodeURIComponent(id)}?f=html&lang=${language}` }, id) : id;
}

/** A day as people write it. */
export function day(text) {
  const said = new Intl.DateTimeFormat(language === "fr" ? "fr-FR" : "en-GB", { dateStyle: "long", timeZone: "UTC" }).format(new Date(`${text}T00:00:00Z`));
  return language === "fr" ? said.replace(/^1 /, "1er ") : said;
}

function receipt({ receipt: found, cost }) {
  if (!found && !cost) return null;
  const hash = found?.hash?.slice(0, 8);
  return folded(
    [say("Receipt {hash}", { hash: hash ?? "–" }), cost ? make("span", { class: "muted" }, ` · ${say("cost of this computation: {bytes}, {grams}", { bytes: bytes(cost.bytes_read), grams: grams(cost.emissions_gco2e) })}`) : null],
    make(
      "div",
      {},
      found ? make("p", {}, say("It sums up the data, the factors and the method of this computation. The same receipt gives the same result; if it has changed, the page says what has changed.")) : null,
      found?.replay ? make("p", {}, make("a", { href: permalink(found.replay) }, say("Compute again and compare"))) : found ? make("p", {}, say("The inputs are too long or private: this receipt has no link.")) : null,
      facts([
        ...(found ? [[say("Receipt"), make("code", {}, found.hash)], [say("Process"), `${found.process} ${found.version}`], [say("Version of the factors"), make("code", {}, found.factors)], ...Object.entries(found.layers ?? {}).map(([layer, version]) => [say("Version of the layer {layer}", { layer }), make("code", {}, version.slice(0, 16))])] : []),
        ...(cost ? [[say("Cost of this answer"), [`${bytes(cost.bytes_read)} · ${plainNumber(cost.cpu_seconds)} s · ${plainNumber(cost.energy_wh)} Wh · ${grams(cost.emissions_gco2e)} `, tip(read(cost.note))]]] : []),
      ]),
    ),
  );
}

/** The address that anyone can open, with the inputs in it. */
export function permalink(replay) {
  const root = document.querySelector('meta[name="estran-base"]')?.dataset.root ?? "";
  return `${location.origin}${root}/?lang=${language}#recu=${replay.replace(/^receipts\//, "")}`;
}

const bytes = (count) => (count >= 1e6 ? `${plainNumber(count / 1e6)}\u00a0${say("MB")}` : `${plainNumber(count / 1e3)}\u00a0${say("kB")}`);
const grams = (value) => (value < 0.01 ? `< ${written(0.01, -2)}\u00a0gCO₂e` : `${plainNumber(value)}\u00a0gCO₂e`);

/** The whole answer, to read and to take away. */
export function raw(answer, open) {
  const text = typeof answer === "string" ? answer : JSON.stringify(answer, null, 2);
  const place = make("div", {});
  const fill = () => {
    if (place.childElementCount) return;
    place.append(make("p", { class: "actions" }, make("button", { type: "button", onclick: () => saveFile(text, "application/json", "estran.json") }, say("Download")), make("button", { type: "button", "data-copy": "raw-answer" }, say("Copy"))), make("pre", { tabindex: 0 }, make("code", { id: "raw-answer" }, typeof answer === "string" ? answer : pretty(answer))));
  };
  const box = folded(say("The whole answer (JSON)"), place, open);
  box.addEventListener("toggle", fill);
  if (open) fill();
  return box;
}
