// The page of a computation under way: it follows the state and can cancel.

import { say } from "./text.js";

const EVERY_MS = 1000;

export function start() {
  const box = document.querySelector("[data-job]");
  document.querySelector("[data-dismiss]")?.addEventListener("click", async (event) => {
    event.target.disabled = true;
    await fetch(event.target.dataset.dismiss, { method: "DELETE" }).catch(() => null);
    location.reload();
  });
  if (["accepted", "running"].includes(box.dataset.state)) setTimeout(() => follow(box), EVERY_MS);
}

async function follow(box) {
  const response = await fetch(box.dataset.job, { headers: { Accept: "application/json" } }).catch(() => null);
  const word = box.querySelector("[data-state-word]");
  if (!response?.ok) {
    word.textContent = say("The server cannot be reached.");
    setTimeout(() => follow(box), EVERY_MS * 5);
    return;
  }
  const { status, progress } = await response.json();
  box.querySelector("progress").value = progress ?? 0;
  if (status !== box.dataset.state) location.reload();
  else setTimeout(() => follow(box), EVERY_MS);
}
