// The planner's page: the steps, the project's line, and each panel filled by its module when it is first seen.

import { data, make } from "../dom.js";
import { language, say } from "../text.js";
import { announce, note, tellAbove } from "./live.js";
import { bindProject } from "./project.js";
import * as state from "./state.js";
import { acceptDrops } from "./upload_drop.js";
import { asked, go, hashOf, onStep, start, STEPS } from "./steps.js";

const body = document.body;
const phone = matchMedia("(max-width: 767px)");
const planner = data("planner");
const find = (selector) => document.querySelector(selector);
const slot = (name) => find(`[data-slot="${name}"]`);
const filled = new Set();

/** What a panel shows while its module is on its way, and when it does not come. */
async function fill(name, build) {
  if (filled.has(name)) return;
  filled.add(name);
  const element = slot(name);
  element.replaceChildren(make("p", { class: "muted", role: "status" }, say("Loading…")));
  try {
    await build(element);
  } catch (error) {
    filled.delete(name);
    console.error(error);
    element.replaceChildren(note("error", say("This part of the page could not be loaded. Your inputs are kept."), [[say("Try again"), () => fill(name, build)]]));
  }
}

const PANELS = {
  lieu: () => fill("lieu", async (element) => (await import("./place.js")).renderPlace(element)),
  projet: () => fill("projet", async (element) => (await import("./answering.js")).showForm(element)),
  resultat: () => import("./answering.js").then((module) => module.showResult(slot("resultat"), asked().receipt)),
  comparer: () => fill("comparer", async (element) => (await import("./compare.js")).renderCompare(element)),
  rapport: () => fill("rapport", async (element) => (await import("./report.js")).renderReport(element)),
};

/** Show a step: its panel, its place in the stepper, its title. */
function show({ step, question }) {
  if (question && question !== state.get().question && planner.processes.some(({ id }) => id === question)) {
    state.change(say("Question chosen"), (draft) => (draft.question = question));
  }
  const before = body.dataset.step;
  body.dataset.step = step;
  for (const panel of document.querySelectorAll("[data-panel]")) {
    const keepsForm = step === "resultat" && panel.dataset.panel === "projet";
    panel.hidden = panel.dataset.panel !== step && !keepsForm;
  }
  find("#result").hidden = step !== "resultat";
  if (step !== before || step === "resultat") view(step === "resultat" ? "resultat" : "formulaire");
  const index = STEPS.indexOf(step);
  for (const link of document.querySelectorAll(".stepper [data-step-link]")) {
    link.href = hashOf(link.dataset.stepLink, state.get().question);
    if (link.dataset.stepLink === step) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  }
  find("[data-step-now]").textContent = index < 0 ? say("Five steps") : say("Step {now} of {count}", { now: index + 1, count: STEPS.length });
  title();
  tellQuestion();
  if (step === "resultat") PANELS.projet();
  PANELS[step]?.();
  if (before !== step && filled.size) {
    find("#content").scrollTop = 0;
    scrollTo(0, 0);
    const heading = titleOf(step);
    if (heading) {
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
    }
  }
  if (!phone.matches) showMap();
}

const titleOf = (step) => (step === "resultat" ? find("#resultat-title") : find(`[data-panel="${step}"] .step-title`));

function title() {
  const { name } = state.get();
  const step = titleOf(body.dataset.step)?.textContent ?? "";
  document.title = [step, name, find(".brand-name").textContent.trim()].filter(Boolean).join(" – ");
}

/** On a phone, one of the three views; elsewhere they stand side by side. */
function view(name) {
  body.dataset.view = name;
  for (const button of document.querySelectorAll("[data-view-button]")) {
    if (button.dataset.viewButton === name) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  if (name === "carte") showMap();
}

/** The map, loaded once: at once on a large screen, when it is asked for on a phone. */
function showMap() {
  return import("./mapside.js").then((module) => module.theMap());
}

/** The question under way, in the panel and beside the title of the result. */
function tellQuestion() {
  const { question } = state.get();
  const select = find("[data-question-select]");
  select.value = question;
  find("[data-question-line]").hidden = !["lieu", "projet", "resultat"].includes(body.dataset.step);
  find("[data-question-title]").textContent = ` · ${select.selectedOptions[0]?.textContent ?? question}`;
}

function bindSteps() {
  find("[data-question-select]").addEventListener("change", (event) => {
    const question = event.target.value;
    state.change(say("Question chosen"), (draft) => (draft.question = question));
    go(asked().step, { question, replace: true });
  });
  for (const link of document.querySelectorAll("[data-skip]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const target = find(link.hash);
      if (link.hash === "#result" && target.hidden) go("resultat", { question: state.get().question });
      if (phone.matches) view({ "#map": "carte", "#result": "resultat" }[link.hash] ?? "formulaire");
      target.focus();
    });
  }
  for (const link of document.querySelectorAll("[data-help]")) {
    link.addEventListener("click", () => setTimeout(() => find(`#${link.dataset.help}`).scrollIntoView(), 50));
  }
  for (const button of document.querySelectorAll("[data-view-button]")) {
    button.addEventListener("click", () => {
      const name = button.dataset.viewButton;
      if (name === "resultat" && body.dataset.step !== "resultat") go("resultat", { question: state.get().question });
      else if (name === "formulaire" && body.dataset.step === "resultat") {
        view(name);
        PANELS.projet();
      } else view(name);
    });
  }
  find("[data-base]").textContent = location.origin + (find('meta[name="estran-base"]').dataset.root ?? "");
  const fold = find("[data-fold]");
  fold.open = !phone.matches;
  phone.addEventListener("change", () => (fold.open = !phone.matches));
  const stepper = find(".stepper");
  const toggle = (open) => {
    stepper.classList.toggle("open", open);
    find("[data-step-now]").setAttribute("aria-expanded", String(open));
  };
  find("[data-step-now]").addEventListener("click", () => toggle(!stepper.classList.contains("open")));
  onStep(() => {
    toggle(false);
    if (phone.matches) fold.open = false;
  });
  document.addEventListener("planner:view", (event) => phone.matches && view(event.detail));
  find("[data-home]").addEventListener("click", (event) => {
    event.preventDefault();
    go("accueil");
  });
  for (const link of document.querySelectorAll("[data-language]")) {
    link.addEventListener("click", () => {
      state.save();
      const address = new URL(location.href);
      address.searchParams.set("lang", link.dataset.language);
      link.href = address.pathname + address.search + address.hash;
    });
  }
}

function bindStart() {
  for (const link of document.querySelectorAll("[data-question]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      choose(link.dataset.question);
    });
  }
  for (const button of document.querySelectorAll("[data-door]")) {
    button.addEventListener("click", async () => {
      go("lieu", { question: state.get().question });
      const place = await import("./place.js");
      await place.begin(button.dataset.door);
    });
  }
  for (const button of document.querySelectorAll("[data-example]")) {
    button.addEventListener("click", () => import("./example.js").then((module) => module.openExample(button.dataset.example, button.textContent)));
  }
  acceptDrops(find(".work"), async (files) => {
    go("lieu", { question: state.get().question });
    const place = await import("./place.js");
    await place.uploaded(files);
  });
  import("./search.js").then((module) => module.renderSearch(find("[data-search]"), { onFound: () => go("lieu", { question: state.get().question }) }));
  resume();
}

/** Choose a question: first the place it asks for, else its form. */
function choose(id) {
  const question = id === "compare-scenarios" ? "project-impact" : id;
  const ready = !state.takesPlace(question) || state.hasPlace(state.variant().place);
  const next = id === "compare-scenarios" && ready ? "comparer" : ready ? "projet" : "lieu";
  state.change(say("Question chosen"), (draft) => (draft.question = question));
  go(next, { question });
}

/** Offer to go on with the project of the last visit. */
function resume() {
  const box = find("[data-resume]");
  box.replaceChildren();
  if (state.isEmpty()) return;
  const { name, question } = state.get();
  const step = state.hasPlace(state.variant().place) ? "projet" : "lieu";
  box.append(make("p", { class: "note info resume" }, say("A project is in progress in this browser."), " ", make("a", { href: hashOf(step, question) }, say("Go on with “{name}”", { name: name || say("Project without a name") }))));
}

function welcome() {
  const lost = () => import("./project.js").then((module) => module.downloadDamaged());
  if (state.opened === "recovered") tellAbove("opened", "warn", say("The last save could not be read. The one before it was taken up."), [[say("Download what could not be read"), lost]]);
  if (state.opened === "damaged") tellAbove("opened", "warn", say("The project kept in this browser could not be read. You start from an empty project; nothing was deleted."), [[say("Download what could not be read"), lost]]);
}

for (const element of document.querySelectorAll("[data-scripted]")) element.hidden = false;
state.open();
bindProject();
bindSteps();
bindStart();
onStep(show);
state.subscribe((_project, event) => {
  title();
  tellQuestion();
  if (body.dataset.step === "accueil") resume();
  if (event.kind === "undo") announce(say("Undone: {what}", { what: event.label }));
  if (event.kind === "redo") announce(say("Done again: {what}", { what: event.label }));
  if (event.kind === "other-tab") tellAbove("tab", "info", say("This project was changed in another tab. This page shows that version; “Undo” brings back yours."));
});
welcome();
start();
document.documentElement.dataset.ready = language;
