// What every page does: language, addresses, copy buttons, tabs; the rest is loaded when it is needed.

import { data as read } from "./dom.js";
import { say } from "./text.js";

const base = document.querySelector('meta[name="estran-base"]');
const configured = base.content.replace(/\/$/, "");
const actual = location.origin + (base.dataset.root ?? "");

/** Show the address by which this page was reached, whatever the configuration calls the server. */
function localiseAddresses() {
  if (configured === actual) return;
  for (const code of document.querySelectorAll("code")) {
    if (!code.childElementCount && code.textContent.includes(configured)) {
      code.textContent = code.textContent.replaceAll(configured, actual);
    }
  }
}

/** The other language of this very page: same address, same parameters. */
function keepParameters() {
  for (const link of document.querySelectorAll("[data-language]")) {
    const address = new URL(location.href);
    address.searchParams.set("lang", link.dataset.language);
    link.href = address.pathname + address.search + address.hash;
  }
}

async function copy(button) {
  const text = document.getElementById(button.dataset.copy).textContent;
  const done = (await viaClipboard(text)) || viaSelection(text);
  const label = button.textContent;
  button.textContent = say(done ? "Copied" : "Copy failed");
  setTimeout(() => (button.textContent = label), 2000);
}

async function viaClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function viaSelection(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  const focused = document.activeElement;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return done;
}

/** Turn the sections of a block into tabs; without script they stay one under the other. */
function makeTabs(block) {
  const panels = [...block.querySelectorAll("[data-tab]")];
  const list = document.createElement("div");
  list.setAttribute("role", "tablist");
  const tabs = panels.map((panel, index) => {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.id = `${panel.id}-tab`;
    tab.textContent = panel.dataset.tab;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    tab.addEventListener("click", () => select(index));
    tab.addEventListener("keydown", (event) => {
      const move = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: panels.length - 1 }[event.key];
      if (move === undefined) return;
      event.preventDefault();
      const next = (move + panels.length) % panels.length;
      select(next);
      tabs[next].focus();
    });
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    panel.querySelector("h3")?.classList.add("visually-hidden");
    return tab;
  });
  function select(chosen) {
    tabs.forEach((tab, index) => {
      tab.setAttribute("aria-selected", String(index === chosen));
      tab.tabIndex = index === chosen ? 0 : -1;
      panels[index].hidden = index !== chosen;
    });
  }
  list.append(...tabs);
  block.prepend(list);
  select(0);
}

/** Load a module when its element comes near the screen. */
function whenSeen(element, load) {
  const watcher = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watcher.disconnect();
      load();
    },
    { rootMargin: "200px" },
  );
  watcher.observe(element);
}

const MAPS = { outline: "./outline.js", items: "./items.js", coverage: "./coverage.js", styled: "./styled.js", tiles: "./tiles.js" };

localiseAddresses();
keepParameters();
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});
document.querySelectorAll("[data-tabs]").forEach(makeTabs);
for (const element of document.querySelectorAll("[data-map]")) {
  whenSeen(element, async () => (await import(MAPS[element.dataset.map])).show(element));
}
if (document.querySelector("[data-runner]")) import("./runner.js").then((module) => module.start());
const stored = document.querySelector("[data-result][data-from]");
if (stored) import("./planner/result/index.js").then(({ renderResult }) => renderResult(stored, read(stored.dataset.from), { request: read("asked") }));
if (document.querySelector("[data-openapi]")) import("./operations.js").then((module) => module.start());
if (document.querySelector("[data-job]")) import("./job.js").then((module) => module.start());
