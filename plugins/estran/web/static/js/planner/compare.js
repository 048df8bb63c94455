// Step 4: two to five variants side by side, what separates them and how sure it is, then the guided path to less.

import { make } from "../dom.js";
import { say } from "../text.js";
import { describe } from "./answering.js";
import { changesOf } from "./compare_changes.js";
import { captionOf, itemsChart, sentenceOf } from "./compare_chart.js";
import { COMPARE, obstacles, readComparison, requestOf, sameHorizon } from "./compare_request.js";
import { variantsTable } from "./compare_table.js";
import { plansOf } from "./compare_plan.js";
import { announce, note } from "./live.js";
import { words } from "./numbers.js";
import { horizonOf, isHidden } from "./result/reading.js";
import * as state from "./state.js";
import { go } from "./steps.js";
import { add, choose, elsewhere, hasRoom, isNothing, letterOf, nameOf, nothing, otherwise, PROJECT } from "./variants.js";

const WAIT_MS = 600;
const narrow = matchMedia("(max-width: 767px)");

let parts = null;
let answered = { name: null, envelope: null };
let asking = null;
let timer = null;
let drawing = 0;

/** Fill step 4 and keep it in step with the project. */
export async function renderCompare(element) {
  addStyles();
  const descriptions = await Promise.all([describe(COMPARE), describe(PROJECT)]);
  const box = (name, attributes = {}) => make("div", { class: name, ...attributes });
  parts = { descriptions, doors: box("compare-doors"), told: box("compare-told"), sentence: make("p", { class: "compare-sentence", hidden: true }), table: box("compare-table"), progress: box("progress-box", { role: "status", "aria-live": "polite" }), result: box("compare-result"), erc: box("erc") };
  element.replaceChildren(parts.doors, parts.told, parts.sentence, parts.progress, parts.table, parts.result, parts.erc);
  const later = () => {
    if (document.body.dataset.step !== "comparer") return;
    draw();
    clearTimeout(timer);
    timer = setTimeout(compute, WAIT_MS);
  };
  state.subscribe(later);
  narrow.addEventListener("change", later);
  addEventListener("hashchange", () => setTimeout(later, 0));
  await draw();
  compute();
  const { renderErc } = await import("./erc.js");
  renderErc(parts.erc);
}

function addStyles() {
  for (const name of ["result", "compare"]) {
    const href = new URL(`../../css/${name}.css`, import.meta.url).href;
    if (![...document.styleSheets].some((sheet) => sheet.href === href) && !document.querySelector(`link[href="${href}"]`)) document.head.append(make("link", { rel: "stylesheet", href }));
  }
}

/** Everything that does not wait for the server. */
async function draw() {
  const turn = (drawing += 1);
  const project = state.get();
  const { variants } = project;
  const plans = await plansOf(variants);
  if (turn !== drawing) return;
  const envelope = answered.name === nameNow() ? answered.envelope : null;
  const figures = envelope ? readComparison(envelope) : null;
  const changes = variants.map((variant, index) => (index ? changesOf(variants[0], variant, parts.descriptions[1]) : []));
  doors(variants);
  parts.told.replaceChildren(...obstacles(project).map(({ kind, index, text }) => note(kind === "few" ? "info" : "warn", text, wayOut(kind, index))));
  parts.sentence.hidden = !figures || isHidden(envelope);
  if (figures) parts.sentence.textContent = sentenceOf(figures, variants.map((_variant, index) => nameOf(variants, index)));
  keepFocus(parts.table, () => parts.table.replaceChildren(variantsTable({ project, plans, changes, figures, years: figures ? horizonOf(figures[0].total) : null, hidden: envelope ? isHidden(envelope) : false, narrow: narrow.matches })));
  results(envelope, figures, variants);
}

function wayOut(kind, index) {
  if (kind === "place") return [[say("Give the place"), () => (choose(index), go("lieu", { question: PROJECT }))]];
  if (kind === "horizon") return [[say("Give all of them the horizon of {reference}", { reference: letterOf(0) }), sameHorizon]];
  return [];
}

function doors(variants) {
  const has = hasRoom();
  const door = (key, title, text, act) => make("li", {}, make("button", { type: "button", "data-key": key, disabled: !has, onclick: act }, make("strong", {}, title), make("span", {}, text)));
  const begin = (act, step) => () => {
    act();
    if (step) go(step, { question: PROJECT });
  };
  keepFocus(parts.doors, () =>
    parts.doors.replaceChildren(
      make("p", { class: "compare-lead" }, say("Compare this project in one click:")),
      make(
        "ul",
        { class: "compare-choices" },
        door("elsewhere", say("Elsewhere"), say("the same programme on another site"), begin(elsewhere, "lieu")),
        door("otherwise", say("Otherwise"), say("another programme on the same site"), begin(otherwise, "projet")),
        variants.some(isNothing) ? null : door("nothing", say("Do nothing"), say("what would happen on the site without the project"), begin(nothing)),
        door("add", say("+ Add"), say("a copy of the variant being written"), begin(() => add(state.get().current, say("Variant {letter}", { letter: letterOf(variants.length) }), undefined, { stay: true }))),
      ),
      has ? "" : make("p", { class: "small muted" }, say("Five variants at most: delete one to add another.")),
    ),
  );
}

function results(envelope, figures, variants) {
  if (parts.shown === envelope) return;
  parts.shown = envelope;
  if (!envelope) {
    parts.result.replaceChildren();
    return;
  }
  const names = variants.map((_variant, index) => nameOf(variants, index));
  const caption = captionOf(envelope);
  const chart = isHidden(envelope) ? note("warn", say("The place is too small for these data. No central value is given.")) : itemsChart(figures, names, { years: horizonOf(figures[0].total), caption, unit: figures[0].total.unit });
  const notices = figures.flatMap(({ notices: own }) => own).map(({ message }) => make("li", {}, words(message)));
  const map = make("div");
  import("./compare_map.js").then(({ differenceMap }) => map.replaceChildren(differenceMap(() => ({ request: requestOf(state.get().variants, parts.descriptions[0]), variants }))));
  parts.result.replaceChildren(
    chart,
    notices.length ? make("details", { class: "compare-notices" }, make("summary", {}, say("To know about these variants ({count})", { count: notices.length })), make("ul", {}, notices)) : "",
    map,
    make("p", { class: "actions" }, make("button", { type: "button", class: "primary", onclick: () => go("rapport", { question: COMPARE }) }, say("Prepare the report"))),
  );
}

const nameNow = () => (obstacles(state.get()).length ? null : JSON.stringify(requestOf(state.get().variants, parts.descriptions[0])));

async function compute() {
  const name = nameNow();
  if (name === null || name === answered.name) {
    asking?.abort();
    parts.progress.replaceChildren();
    return;
  }
  asking?.abort();
  const mine = (asking = new AbortController());
  const [{ run }, { showProgress, showFailure }] = await Promise.all([import("./run.js"), import("./run_view.js")]);
  if (mine !== asking) return;
  const line = make("div");
  const cancel = make("button", { type: "button", class: "small-button", onclick: () => mine.abort() }, say("Cancel"));
  parts.progress.replaceChildren(make("div", { class: "compare-progress" }, line, cancel));
  try {
    const envelope = await run(COMPARE, JSON.parse(name), { signal: mine.signal, onProgress: (now) => mine === asking && showProgress(line, now) });
    if (mine !== asking) return;
    parts.progress.replaceChildren();
    answered = { name, envelope };
    await draw();
    announce(parts.sentence.textContent);
    import("./erc.js").then(({ tellStory }) => tellStory());
  } catch (error) {
    if (mine !== asking) return;
    if (error.name === "AbortError") parts.progress.replaceChildren(note("info", say("Computation cancelled."), [[say("Compute again"), compute]]));
    else if (error.title) showFailure(parts.progress, error, { retry: compute });
    else throw error;
  }
}

/** The last comparison, when it is that of the project as it is. */
export const comparison = () => (parts && answered.name === nameNow() ? answered.envelope : null);

function keepFocus(box, redraw) {
  const active = box.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  redraw();
  if (active) box.querySelector(`[data-key="${CSS.escape(active)}"]`)?.focus();
}
