// What is seen while a computation runs, and when it fails: in the place of the result, never over the page.

import { make, pretty } from "../dom.js";
import { language, say } from "../text.js";
import { sentence } from "./numbers.js";

/**
 * Show how far a computation is.
 * @param {HTMLElement} box A live region.
 * @param {import("./run.js").Progress|null} progress Null empties it.
 */
export function showProgress(box, progress) {
  if (!progress) return box.replaceChildren();
  const { message, share, link, state } = progress;
  const text = share === null ? message : `${message} ${new Intl.NumberFormat(language, { style: "percent" }).format(share / 100)}`;
  if (box.dataset.told === text && box.childElementCount) return undefined;
  box.dataset.told = text;
  const bar = make("progress", { max: 100, value: share, "aria-label": say("Progress") });
  const stays = link ? make("p", { class: "small" }, make("a", { href: link }, say("You can close this page: this address remains valid."))) : "";
  return box.replaceChildren(make("p", { class: state === "lost" ? "note warn" : null }, text), bar, stays);
}

/**
 * Show why there is no answer, and the way out.
 * @param {HTMLElement} box
 * @param {import("./run.js").RunError} error
 * @param {{ retry?: () => void, where?: string, fill?: () => void }} [options] `where`: title of the input at fault, when the form shows it; `fill`: go to the form.
 */
export function showFailure(box, error, { retry, where = "", fill } = {}) {
  const again = error.retry && retry ? make("p", {}, make("button", { type: "button", onclick: retry }, say("Try again"))) : "";
  const advice = error.retry ? "" : fill ? make("p", {}, make("button", { type: "button", onclick: fill }, say("Complete the inputs"))) : make("p", {}, where ? say("See the message beside the field.") : say("Correct the inputs above, then compute again."));
  const detail = error.problem ? make("details", {}, make("summary", {}, say("Technical detail (JSON)")), make("pre", { tabindex: 0 }, pretty(error.problem))) : "";
  box.replaceChildren(make("div", { class: "note error", role: "alert" }, make("p", {}, make("strong", {}, error.retry || !fill ? error.title : say("An input is missing or cannot be used"))), make("p", {}, sentence(error.detail)), advice, again), detail);
}
