// Where does the doubt come from, and which field would reduce it?

import { make } from "../../dom.js";
import { language, say } from "../../text.js";
import { doubt } from "../charts/doubt.js";
import { frame } from "../charts/frame.js";
import { percent, sentence, words } from "../numbers.js";
import { lower } from "./reading.js";

/** The bar of doubt and its way out; null when the process does not share its doubt out. */
export function doubtPart(envelope, { processId, project, onField }) {
  const { uncertainty } = envelope;
  const shares = (uncertainty?.shares ?? []).filter(({ share }) => share > 0).map(({ source, title, share }) => ({ id: source, title: capital(words(title) || source), share }));
  const note = uncertainty?.note ? make("p", { class: "small muted" }, sentence(uncertainty.note)) : null;
  const heading = make("h3", {}, say("Where does the doubt come from?"));
  if (!shares.length) return note ? make("section", { class: "result-doubt" }, heading, note) : null;
  shares.sort((one, other) => other.share - one.share);
  const title = say("{source} makes {share} of the doubt", { source: shares[0].title, share: percent(shares[0].share) });
  const way = make("p", { class: "doubt-way" });
  if (onField) wayOut(way, { shares, processId, project, onField });
  return make("section", { class: "result-doubt" }, heading, frame(doubt, { shares, title, caption: "" }, { name: `estran_${envelope.process}_doubt`, level: "h4" }), way, make("details", { class: "why" }, make("summary", {}, say("How the intervals are obtained")), note));
}

const capital = (text) => text.charAt(0).toLocaleUpperCase(language) + text.slice(1);

/** Link the largest source of doubt that a field can replace, when that field still stands by default. */
async function wayOut(place, { shares, processId, project, onField }) {
  const fields = await fieldsOf(processId).catch(() => []);
  const given = project?.variants[project.current]?.inputs[processId] ?? {};
  for (const { id, share } of shares) {
    const field = fields.find(({ factor }) => id === factor || id.startsWith(`${factor}.`) || factor.startsWith(`${id}.`));
    if (!field || share < 0.02 || isSet(given, field.path)) continue;
    place.replaceChildren(say("To reduce the doubt, give:"), " ", make("button", { type: "button", class: "linklike", onclick: () => onField(field.path.join(".")) }, lower(field.title)), ` (${say("{share} of the doubt", { share: percent(share) })}).`);
    return;
  }
  place.replaceChildren(say("The doubt comes from the factors and the layers: no field of the form reduces it. A survey on the ground would."));
}

function isSet(given, path) {
  let found = given;
  for (const step of path) {
    if (Array.isArray(found)) found = found[0];
    found = found?.[step];
  }
  return found !== undefined && found !== null;
}

/** The inputs that stand for a factor, as the published description says. */
async function fieldsOf(processId) {
  const { describe } = await import("../answering.js");
  const description = await describe(processId);
  return Object.entries(description.inputs ?? {}).flatMap(([name, input]) => walk({ title: input.title, "x-title-fr": input.title, ...input.schema }, [name], input.title));
}

function walk(schema, path, title) {
  const own = typeof schema["x-default"] === "string" && schema["x-default"].includes(".") ? [{ factor: schema["x-default"], path, title: (language === "fr" && schema["x-title-fr"]) || schema.title || title }] : [];
  const inside = Object.entries(schema.properties ?? schema.items?.properties ?? {}).flatMap(([name, part]) => walk(part, [...path, name], title));
  return path[0] === "reference" ? [] : [...own, ...inside];
}
