// Where the reader is: the step and the question, written in the address so that links and the back button work.

export const STEPS = ["lieu", "projet", "resultat", "comparer", "rapport"];
const SCREENS = ["accueil", ...STEPS, "aide"];
const listeners = new Set();

/**
 * What the address asks for.
 * @returns {{ step: string, question: string|null, receipt: string|null }}
 */
export function asked() {
  const parameters = new URLSearchParams(location.hash.slice(1));
  const receipt = parameters.get("recu");
  const step = parameters.get("etape");
  return {
    step: receipt ? "resultat" : SCREENS.includes(step) ? step : "accueil",
    question: parameters.get("question"),
    receipt,
  };
}

/** The address of a step, as a hash. */
export function hashOf(step, question = null) {
  if (step === "accueil") return "#etape=accueil";
  return `#etape=${step}${question ? `&question=${encodeURIComponent(question)}` : ""}`;
}

/** Go to a step; `replace` leaves no trace in the history. */
export function go(step, { question = null, replace = false } = {}) {
  const hash = hashOf(step, question);
  if (location.hash === hash) {
    tell();
    return;
  }
  if (replace) {
    history.replaceState(null, "", hash);
    tell();
  } else location.hash = hash;
}

/** Be told of each step. @param {(asked: ReturnType<typeof asked>) => void} listener */
export function onStep(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Follow the address from now on. */
export function start() {
  addEventListener("hashchange", tell);
  tell();
}

function tell() {
  const now = asked();
  for (const listener of [...listeners]) listener(now);
}
