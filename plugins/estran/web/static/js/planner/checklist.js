// « À compléter avant remise »: what the author still has to write, each with the way to it, and what is to be checked.

import { make } from "../dom.js";
import { say } from "../text.js";
import { textKeys, textTitle } from "./report_fields.js";
import { titleOf } from "./schema.js";
import * as state from "./state.js";
import { COMPARE } from "./compare_request.js";
import { PROJECT } from "./variants.js";

const FIRST = ["owner", "author"];

/**
 * @param {HTMLElement} element
 * @param {object|null} schema Of the input `report`.
 * @param {{ focus: (path: string) => void, asked: { process: string, variant: import("./state.js").Variant } }} options
 */
export function renderChecklist(element, schema, { focus, asked }) {
  if (!schema) {
    element.replaceChildren();
    return;
  }
  const { report = {}, name } = state.get();
  const filled = (text) => Boolean(String(text ?? "").trim());
  const rows = [
    { title: say("Name of the project"), done: filled(name), act: () => document.querySelector("[data-project-name]").focus() },
    ...FIRST.filter((key) => schema.properties[key]).map((key) => ({ title: titleOf(schema.properties[key], key), done: filled(report[key]), act: () => focus(key) })),
    ...(report.kind === "sheet" ? [] : [...textKeys(schema).map((key) => ({ title: textTitle(key), done: filled(report.texts?.[key]), act: () => focus(`texts.${key}`) })), { title: say("Measures to avoid, reduce and offset"), done: Boolean(report.measures?.length), act: () => focus("measures") }]),
  ];
  const left = rows.filter(({ done }) => !done).length;
  const facts = element.querySelector("[data-facts]") ?? make("ul", { class: "check-facts", "data-facts": true });
  const row = ({ title, done, act }) => make("li", { class: done ? "is-done" : null }, make("span", { class: "check-box", "aria-hidden": "true" }, done ? "☑" : "☐"), make("button", { type: "button", class: "linklike", onclick: act }, title), make("span", { class: "visually-hidden" }, done ? say("done") : say("to be completed")));
  element.replaceChildren(
    make("h3", {}, say("To complete before handing in")),
    make("p", { class: "small muted" }, left ? say("{count} left; each one is printed “[To be completed by the project owner]”.", { count: left }) : say("Nothing is left to complete.")),
    make("ul", { class: "checklist" }, rows.map(row)),
    facts,
  );
  tellFacts(facts, asked);
}

/** What the answer itself asks to check: unchecked factors, values left at their default. */
async function tellFacts(list, { process, variant }) {
  if (![PROJECT, COMPARE].includes(process) || !state.hasPlace(variant.place)) return list.replaceChildren();
  const name = JSON.stringify([variant.place, variant.inputs[PROJECT]]);
  if (list.dataset.of === name) return undefined;
  list.dataset.of = name;
  try {
    const { run } = await import("./run.js");
    const envelope = await run(PROJECT, state.requestOf(variant, PROJECT));
    if (list.dataset.of !== name) return undefined;
    const doubtful = (envelope.factors ?? []).filter(({ checked }) => checked === false).length;
    const synthetic = (envelope.sources ?? []).some((source) => source.synthetic);
    const missing = envelope.breakdown.filter(({ value }) => value === null).length;
    list.replaceChildren(
      ...[
        doubtful ? say("{count} factors to check (marked †)", { count: doubtful }) : null,
        missing ? say("{count} items not evaluated", { count: missing }) : null,
        synthetic ? say("Demonstration data: the report is not to be handed in") : null,
      ]
        .filter(Boolean)
        .map((text) => make("li", {}, text)),
    );
  } catch {
    delete list.dataset.of;
  }
  return undefined;
}
