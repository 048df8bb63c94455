// The dashboard once its text is there: figures that were still coming, charts, sorting, the map and the table together.

import { say } from "../text.js";
import { sortable } from "./sorting.js";
import { strips } from "./strips.js";

const EVERY_MS = 1500;
const SLOW_MS = 20_000;

enhance(document);
if (document.querySelector("[data-board]").dataset.state === "computing") follow();

/** Give a part of the page what needs a script. */
function enhance(part) {
  part.querySelectorAll("table[data-sortable]").forEach(sortable);
  if (matchMedia("(max-width: 640px)").matches) part.querySelectorAll("details[data-long]").forEach((fold) => (fold.open = false));
  strips(part);
  part.querySelectorAll("[data-communes]").forEach(link);
  const chart = part.querySelector('[data-chart="trajectory"]');
  if (chart) import("./trajectory.js").then(({ show }) => show(chart));
}

/** Ask for what was still being computed, and put it in its place. */
async function follow() {
  const progress = document.querySelector("[data-progress]");
  const began = Date.now();
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    const fresh = await page();
    if (!fresh) continue;
    const board = fresh.querySelector("[data-board]");
    swap(fresh);
    if (board.dataset.state !== "computing") {
      progress.textContent = say("All figures are there.");
      document.querySelector("[data-board]").dataset.state = board.dataset.state;
      return;
    }
    const told = board.querySelector("[data-progress]").textContent;
    progress.textContent = Date.now() - began > SLOW_MS ? `${told} ${say("The server takes longer than expected.")}` : told;
  }
}

async function page() {
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    return response.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
  } catch {
    return null;
  }
}

/** Replace the blocks whose state is another; the reader's place and focus stay where they are. */
function swap(fresh) {
  for (const block of fresh.querySelectorAll("[data-block]")) {
    const known = document.getElementById(block.id);
    if (!known || known.dataset.blockState === block.dataset.blockState) continue;
    if (block.id === "trajectory") document.getElementById("dashboard-data").textContent = fresh.getElementById("dashboard-data").textContent;
    const placed = document.importNode(block, true);
    known.replaceWith(placed);
    enhance(placed);
  }
}

/** A commune on the map: its row of the table under the pointer, its page on a click. */
function link(drawing) {
  const row = (id) => document.querySelector(`[data-row="${CSS.escape(id)}"]`);
  for (const shape of drawing.querySelectorAll("path[data-commune]")) {
    const id = shape.dataset.commune;
    shape.addEventListener("pointerenter", () => row(id)?.classList.add("is-pointed"));
    shape.addEventListener("pointerleave", () => row(id)?.classList.remove("is-pointed"));
    shape.addEventListener("click", () => row(id)?.querySelector("a")?.click());
  }
  for (const each of document.querySelectorAll("[data-row]")) {
    const shape = drawing.querySelector(`path[data-commune="${CSS.escape(each.dataset.row)}"]`);
    const mark = (on) => shape?.classList.toggle("is-pointed", on);
    each.addEventListener("pointerenter", () => mark(true));
    each.addEventListener("pointerleave", () => mark(false));
    each.addEventListener("focusin", () => mark(true));
    each.addEventListener("focusout", () => mark(false));
  }
}

