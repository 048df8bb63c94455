// What one module asks of the page as a whole, without knowing it: a view, an undo that a tool may take for itself.

/** Ask for a view: "carte", "formulaire" or "resultat"; only a phone has one at a time. */
export function wantView(name) {
  document.dispatchEvent(new CustomEvent("planner:view", { detail: name }));
}

/** Ask whether a tool takes an « Annuler » or a « Rétablir » for itself. @param {"undo"|"redo"} action */
export function taken(action) {
  return !document.dispatchEvent(new CustomEvent(`planner:${action}`, { cancelable: true }));
}

/** Offer to take « Annuler » or « Rétablir » first. @returns {() => void} Stop. */
export function takeFirst(action, attempt) {
  const listener = (event) => attempt() && event.preventDefault();
  document.addEventListener(`planner:${action}`, listener);
  return () => document.removeEventListener(`planner:${action}`, listener);
}
