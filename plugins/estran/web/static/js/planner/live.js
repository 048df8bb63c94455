// What is said aloud and what is written above the panel: state, area, saving, mistakes.

import { make } from "../dom.js";
import { say } from "../text.js";

const EVERY_MS = 1000;
let last = 0;
let timer = null;

/** Say a sentence to a screen reader; the last one of each second is said. */
export function announce(text) {
  const region = document.querySelector("[data-live]");
  if (!region) return;
  const wait = Math.max(0, last + EVERY_MS - Date.now());
  clearTimeout(timer);
  timer = setTimeout(() => {
    last = Date.now();
    region.textContent = "";
    region.textContent = text;
  }, wait);
}

const WORDS = { info: "Information", warn: "Warning", error: "Error" };

/**
 * A message with an icon, a word and what can be done.
 * @param {"info"|"warn"|"error"} kind
 * @param {string|Node} text
 * @param {[string, () => void][]} actions Labels of buttons and what they do.
 */
export function note(kind, text, actions = []) {
  const sign = { info: "i", warn: "!", error: "×" }[kind];
  const buttons = actions.map(([label, act]) => make("button", { type: "button", class: "small-button", onclick: act }, label));
  return make(
    "div",
    { class: `note ${kind} with-sign`, role: kind === "error" ? "alert" : null },
    make("span", { class: "sign", "aria-hidden": "true" }, sign),
    make("div", {}, make("p", {}, make("span", { class: "visually-hidden" }, `${say(WORDS[kind])} : `), text), buttons.length ? make("p", { class: "actions" }, buttons) : null),
  );
}

/** Put a message above the panel, in the place of the one of the same name; without text, take it away. */
export function tellAbove(name, kind = "info", text = "", actions = []) {
  const box = document.querySelector("[data-messages]");
  if (!box) return;
  box.querySelector(`[data-message="${name}"]`)?.remove();
  if (!text) return;
  const close = [say("Close"), () => tellAbove(name)];
  const message = note(kind, text, [...actions, close]);
  message.dataset.message = name;
  box.append(message);
  if (kind !== "error") announce(typeof text === "string" ? text : text.textContent);
}
