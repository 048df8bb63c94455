// The search box: a commune, a section, a neighbourhood by its name; a point by its coordinates.

import { make } from "../dom.js";
import { say } from "../text.js";
import { pointIn, system } from "./crs.js";
import { announce } from "./live.js";
import { theMap } from "./mapside.js";
import { search } from "./references.js";
import * as state from "./state.js";
import { wantView } from "./view.js";

const WAIT_MS = 250;
const SHORTEST = 2;
let boxes = 0;

/**
 * Put a search box in an element.
 * @param {HTMLElement} element
 * @param {{ onFound?: (place: object|null) => void }} options Called once a place is chosen (null: a point was shown).
 */
export function renderSearch(element, { onFound = () => {} } = {}) {
  const id = `search-${(boxes += 1)}`;
  const input = make("input", {
    type: "search", id, autocomplete: "off", spellcheck: "false", role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": `${id}-list`,
    placeholder: say("A commune, a neighbourhood, a section, x;y"),
  });
  const list = make("ul", { id: `${id}-list`, class: "found", role: "listbox", "aria-label": say("Places found"), hidden: true });
  const hint = make("p", { class: "hint small muted", role: "status" });
  let options = [];
  let active = -1;
  let timer = null;
  let asking = new AbortController();

  element.replaceChildren(make("div", { class: "search" }, make("label", { for: id }, say("Search for a place")), input, list, hint));

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function offer(found) {
    options = found;
    list.replaceChildren(...found.map((each, index) => make("li", { role: "option", id: `${id}-${index}`, "aria-selected": "false", onpointerdown: (event) => { event.preventDefault(); take(each); } }, make("span", {}, each.name), make("span", { class: "found-layer" }, each.layer))));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    mark(found.length ? 0 : -1);
  }

  function mark(index) {
    active = index;
    [...list.children].forEach((option, each) => option.setAttribute("aria-selected", String(each === index)));
    if (index >= 0) {
      input.setAttribute("aria-activedescendant", `${id}-${index}`);
      list.children[index].scrollIntoView({ block: "nearest" });
    }
  }

  async function ask() {
    asking.abort();
    asking = new AbortController();
    const text = input.value.trim();
    hint.textContent = "";
    if (text.length < SHORTEST) return offer([]);
    const point = pointIn(text);
    if (point) return offer([{ name: text, layer: `${say("Point")} · ${system(point.system).name}`, point: point.point }]);
    try {
      const found = await search(text, asking.signal);
      offer(found);
      hint.textContent = found.length ? say("{count} places found", { count: found.length }) : say("No place of this name here. Try a commune, or draw the outline on the map.");
      hint.classList.toggle("visually-hidden", found.length > 0);
    } catch {
      return undefined;
    }
    return undefined;
  }

  async function take(found) {
    close();
    input.value = "";
    if (found.point) {
      onFound(null);
      wantView("carte");
      const { map } = await theMap();
      const [x, y] = found.point;
      map.show("searched", { type: "FeatureCollection", features: [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: found.point } }] }, "vertex");
      map.fit([x - 0.004, y - 0.003, x + 0.004, y + 0.003]);
      announce(say("The map shows this point."));
      return;
    }
    const place = { reference: { collection: found.collection, ids: [found.id], label: found.name } };
    state.change(say("Place chosen: {name}", { name: found.name }), (draft) => (draft.variants[draft.current].place = place));
    announce(say("Place chosen: {name}", { name: found.name }));
    onFound(place);
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
  input.addEventListener("blur", () => setTimeout(close, 150));
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    else if (event.key === "Enter") {
      event.preventDefault();
      if (!list.hidden && active >= 0) take(options[active]);
      else ask();
    } else if (["ArrowDown", "ArrowUp"].includes(event.key) && !list.hidden) {
      event.preventDefault();
      mark((active + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length);
    }
  });
  return input;
}
