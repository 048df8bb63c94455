// Several places at once, one row each; and the objects with which to begin, when the process ranks them.

import { make } from "../../dom.js";
import { say } from "../../text.js";
import { bounds, fitness, number, scaleOf, sentence, unitName, words } from "../numbers.js";
import { day, folded, pairs } from "./details.js";
import { isSigned, titleOf } from "./reading.js";

const FEW = 60;

/** One row per place that was given, linked to the map; null for a single one. */
export function batch(envelope, { project, onLocate }) {
  const { features } = envelope;
  if (!features || features.length < 2) return null;
  const totals = features.map(({ indicators }) => indicators.find(({ id }) => id === "total") ?? indicators[0]);
  const scale = scaleOf(totals.filter(Boolean));
  const names = project?.variants[project.current]?.place?.features ?? [];
  const rows = features.map((feature, index) => {
    const total = totals[index];
    const place = names[feature.index];
    const id = String(place?.id ?? place?.properties?.id ?? feature.id ?? feature.index);
    const hidden = feature.fitness?.verdict === "unfit";
    const cells = feature.error || !total ? [sentence(feature.error?.message), ""] : [total.value === null ? say("not evaluated") : hidden ? "–" : `${number(total, { scale, signed: isSigned(total) })} ${unitName(scale.unit)}`, total.value === null ? "" : bounds(total, { scale })];
    const name = place?.properties?.name || feature.id || String(feature.index + 1);
    const head = onLocate ? make("button", { type: "button", class: "linklike", onclick: () => onLocate(id), onfocus: () => onLocate(id), onblur: () => onLocate(null) }, name) : name;
    return make("tr", { "data-item": id, onpointerenter: () => onLocate?.(id), onpointerleave: () => onLocate?.(null) }, make("th", { scope: "row" }, head), make("td", { class: "number", "data-label": say("Value") }, cells[0]), make("td", { class: "number", "data-label": say("Interval") }, cells[1]), make("td", { "data-label": say("Scale") }, feature.error ? "" : fitness(feature.fitness?.verdict)));
  });
  const title = say("One by one ({count})", { count: features.length });
  const caption = totals[0] ? titleOf(totals[0]) : title;
  const table = make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": title }, make("table", { class: "pairs" }, make("caption", {}, caption), make("thead", {}, make("tr", {}, [say("Place"), say("Value"), say("Interval"), say("Scale")].map((head, index) => make("th", { scope: "col", class: index === 1 || index === 2 ? "number" : null }, head)))), make("tbody", {}, rows)));
  return folded(title, table, features.length <= FEW);
}

/** What to begin with. */
export function ranking({ ranking: list }) {
  if (!list?.length) return null;
  const scale = scaleOf(list);
  const rows = list.map((each) => {
    const due = each.properties?.aper_deadline;
    return [`${each.rank}. ${words(each.title) || each.properties?.name || each.id}`, each.value === null ? say("not evaluated") : `${number(each, { scale, signed: isSigned(each) || /CO2/.test(each.unit) })} ${unitName(scale.unit)}`, each.value === null ? "" : bounds(each, { scale }), due ? say("due by {day}", { day: day(due) }) : ""];
  });
  return folded(say("What to begin with ({count})", { count: list.length }), pairs.table(say("What to begin with ({count})", { count: list.length }), [say("Name"), say("Value"), say("Interval"), say("Note")], rows), list.length <= 5);
}
