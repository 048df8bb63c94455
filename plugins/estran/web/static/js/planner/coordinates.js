// An outline typed: one point a line, in the reference system of the plan at hand.

import { make } from "../dom.js";
import { say } from "../text.js";
import { numbersIn, pointIn, system, SYSTEMS } from "./crs.js";
import { closed } from "./geo.js";
import { setSystem, shownSystem } from "./vertices.js";

const FEWEST = 3;

/** Put the form of coordinates in an element. @param {(geometry: object) => void} onOutline */
export function renderCoordinates(element, onOutline) {
  const select = make("select", { id: "typed-crs", onchange: () => setSystem(select.value) }, SYSTEMS.map(({ id, name }) => make("option", { value: id, selected: id === shownSystem() }, `${name} (${id})`)));
  const box = make("textarea", { id: "typed-points", rows: 6, class: "code", spellcheck: "false", "aria-describedby": "typed-hint typed-error", placeholder: "382000 ; 6570000\n382100 ; 6570000\n382100 ; 6569900" });
  const error = make("p", { class: "hint error-text", id: "typed-error", role: "alert" });
  const form = make(
    "form",
    { class: "extra-box" },
    make("h2", {}, say("Type coordinates")),
    make("div", { class: "field" }, make("label", { for: "typed-crs" }, say("Coordinate system")), select),
    make("div", { class: "field" }, make("label", { for: "typed-points" }, say("Points, one a line: x ; y")), box, make("p", { class: "hint", id: "typed-hint" }, say("In the order of the outline; the last point joins the first.")), error),
    make("p", { class: "actions" }, make("button", { type: "submit", class: "primary" }, say("Add this outline")), make("button", { type: "button", onclick: () => element.replaceChildren() }, say("Close"))),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { points, problem } = pointsIn(box.value, select.value);
    error.textContent = problem ?? "";
    box.setAttribute("aria-invalid", String(Boolean(problem)));
    if (problem) {
      box.focus();
      return;
    }
    onOutline({ type: "Polygon", coordinates: [closed(points)] });
    element.replaceChildren();
  });
  element.replaceChildren(form);
  select.focus();
}

function pointsIn(text, crs) {
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  const points = [];
  const { toDegrees, geographic, name } = system(crs);
  for (const [rank, line] of lines.entries()) {
    const pair = numbersIn(line);
    if (!pair) return { problem: say("Line {line}: two numbers separated by a semicolon are expected, such as 382000 ; 6570000.", { line: rank + 1 }) };
    const inDegrees = Math.abs(pair[0]) <= 180 && Math.abs(pair[1]) <= 90;
    if (inDegrees !== geographic) {
      const guess = pointIn(line);
      const other = guess ? system(guess.system).name : "?";
      return { problem: say("Line {line}: these numbers do not look like {name}, rather like {other}. Change the coordinate system above.", { line: rank + 1, name, other }) };
    }
    points.push(toDegrees(pair));
  }
  return points.length < FEWEST ? { problem: say("An outline needs three points at least.") } : { points };
}
