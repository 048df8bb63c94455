// The answer in one sentence, for each question; a process of the territory's own gets its title and its figure.

import { read, say } from "../../text.js";
import { between, figure, hasInterval, isExact, number, percent, probability, scaleOf, sentence, unitName, words } from "../numbers.js";
import { grossShares, horizonOf, indicator, isHidden, isSigned, titleOf, withArticle } from "./reading.js";

/** The sentence of an answer. @returns {string} */
export function sentenceOf(envelope) {
  const total = indicator(envelope, "total") ?? envelope.indicators[0];
  if (!total) return "";
  if (total.value === null) return say("This could not be evaluated: {reason}", { reason: words(total.reason) || say("data are missing") });
  if (isHidden(envelope) && isExact(total) && envelope.fitness.reasons?.length) return sentence(envelope.fitness.reasons[0]);
  if (isHidden(envelope)) return hasInterval(total) ? say("The place is too small for these data: {interval}. No central value is given.", { interval: `${between(total)}\u00a0${unitName(total.unit)}` }) : say("The place is too small for these data. No central value is given.");
  return (SENTENCES[envelope.process] ?? plainSentence)(envelope, total);
}

const size = (amount) => ({ ...amount, value: Math.abs(amount.value), ...(amount.value < 0 ? { low: negated(amount.high), high: negated(amount.low) } : {}) });
const negated = (number_) => (Number.isFinite(number_) ? -number_ : number_);
const straddles = ({ low, high }) => low < 0 && high > 0;
const amountOf = (total) => figure(total, { scale: scaleOf([total]) });

function plainSentence(_envelope, total) {
  return say("{title}: about {figure}.", { title: titleOf(total), figure: figure(total, { scale: scaleOf([total]), signed: isSigned(total) }) });
}

/** ", of which construction for 44% and trips for 35%". */
function heaviest(envelope, count = 2) {
  const shares = grossShares(envelope).filter(({ share }) => share >= 0.05).slice(0, count);
  if (!shares.length || shares[0].share > 0.95) return "";
  const named = shares.map(({ title, share }) => say("{item} for {share}", { item: title, share: percent(share) }));
  return say(", of which {items}", { items: named.join(` ${say("and")} `) });
}

/** One of three sentences: more, less, or the data cannot tell. */
function effect(total, { more, less, unsure }, values) {
  if (straddles(total)) return say(unsure, { ...values, between: `${between(total, { signed: true, scale: scaleOf([total]) })}\u00a0${unitName(scaleOf([total]).unit)}` });
  return say(total.value < 0 ? less : more, { ...values, figure: amountOf(size(total)) });
}

const SENTENCES = {
  "project-impact": (envelope, total) =>
    effect(
      total,
      { more: "Over {years} years, this project would add about {figure}{items}.", less: "Over {years} years, this project would remove about {figure}.", unsure: "Over {years} years, the data cannot tell whether this project adds or removes: {between}." },
      { years: horizonOf(total), items: heaviest(envelope) },
    ),
  "sequestration-potential": (_envelope, total) =>
    effect(
      total,
      { more: "Over {years} years, these actions would emit about {figure}: no gain for the climate.", less: "Over {years} years, these actions would capture about {figure}.", unsure: "Over {years} years, the data cannot tell whether these actions capture or emit: {between}." },
      { years: horizonOf(total) },
    ),
  "carbon-stock": (envelope, total) => {
    const soil = indicator(envelope, "soil");
    const share = soil?.value && total.value ? say(", {share} of it in the soil", { share: percent(soil.value / total.value) }) : "";
    return say("This place holds about {figure} today{share}.", { figure: amountOf(total), share });
  },
  "carbon-flux": (_envelope, total) => effect(total, { more: "This land emits about {figure} net.", less: "This land captures about {figure} net.", unsure: "The data cannot tell whether this land captures or emits: {between}." }, {}),
  "carbon-balance": (_envelope, total) => effect(total, { more: "All included, this place emits about {figure} net.", less: "All included, this place captures about {figure} net.", unsure: "The data cannot tell whether this place captures or emits: {between}." }, {}),
  "building-emissions": (envelope, total) => {
    const uses = envelope.indicators.filter(({ id, value }) => id.startsWith("use_") && value > 0).sort((one, other) => other.value - one.value);
    const first = uses.length && total.value > 0 ? say(", of which {items}", { items: say("{item} for {share}", { item: withArticle(uses[0].id, titleOf(uses[0])), share: percent(uses[0].value / total.value) }) }) : "";
    return say("The energy of the buildings of this place emits about {figure}{items}.", { figure: amountOf(total), items: first });
  },
  "emissions-inventory": (_envelope, total) => say("The inventory attributes to this place about {figure}.", { figure: amountOf(total) }),
  "parking-potential": (_envelope, total) => say("Solar canopies on these car parks would produce about {figure}.", { figure: amountOf(total) }),
  "solar-potential": (_envelope, total) => say("These roofs and canopies could produce about {figure}.", { figure: amountOf(total) }),
  "mobility-footprint": (envelope, total) => say("These trips emit about {figure}{items}.", { figure: amountOf(total), items: heaviest(envelope) }),
  "material-exchange": (_envelope, total) => effect(total, { more: "These exchanges would emit about {figure}.", less: "These exchanges would avoid elsewhere about {figure}.", unsure: "The data cannot tell whether these exchanges avoid emissions: {between}." }, {}),
  "territory-trajectory": (envelope, total) =>
    effect(total, { more: "Since the start, the territory has emitted about {figure} more than its path allows.", less: "Since the start, the territory has emitted about {figure} less than its path allows.", unsure: "The data cannot tell whether the territory is ahead of its path or behind: {between}." }, { years: envelope.horizon }),
  "compare-scenarios": (envelope, total) => {
    const [reference, other] = variantNames(envelope);
    if (!other) return plainSentence(envelope, total);
    const chance = envelope.indicators.find(({ id }) => id.startsWith("probability_lower"))?.value;
    const told = Number.isFinite(chance) ? ` ${probability(chance, say("{one} emits less than {other}", { one: other, other: reference }), say("{one} emits more than {other}", { one: other, other: reference }))}.` : "";
    const gap = straddles(total) ? say("The data cannot tell {one} from {other}.", { one: reference, other }) : say(total.value < 0 ? "{one} would emit about {figure} less than {other}." : "{one} would emit about {figure} more than {other}.", { one: other, other: reference, figure: amountOf(size(total)) });
    return gap + capital(told);
  },
};

const capital = (text) => text.replace(/^\s*\p{Ll}/u, (start) => start.toLocaleUpperCase());

/** The names of the compared variants, from the titles of their totals. */
export function variantNames({ indicators }) {
  return indicators.filter(({ id }) => id.startsWith("total_") && !id.includes("per_")).map(({ title }) => read(title).split(/\s*:\s/)[0]);
}

/** How sure it is that a project emits more than it removes, or null. */
export function surely(envelope, above) {
  if (envelope.process !== "project-impact" || above === null) return null;
  return probability(above, say("the project emits more than it removes"), say("the project removes more than it emits"));
}

/** A figure alone, on one line, for lists. */
export function lineOf(each) {
  return `${number(each)} ${unitName(each.unit)}`.trim();
}
