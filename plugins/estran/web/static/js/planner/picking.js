// An area chosen among those of the territory: a layer, then its areas, on the map or by name.

import { make } from "../dom.js";
import { say } from "../text.js";
import { announce } from "./live.js";
import { theMap } from "./mapside.js";
import { choosable, layerTitle, read } from "./references.js";
import { addPart } from "./parts.js";
import * as state from "./state.js";
import { wantView } from "./view.js";

/** Put the choice of an area in an element. */
export function renderPick(element, collection = choosable()[0]?.id) {
  let session = null;
  const list = make("p", { class: "small", role: "status" });
  const select = make("select", { id: "pick-layer", onchange: () => follow(select.value) }, choosable().map(({ id }) => make("option", { value: id, selected: id === collection }, layerTitle(id))));
  const box = make(
    "div",
    { class: "extra-box" },
    make("h2", {}, say("Choose an area")),
    make("div", { class: "field" }, make("label", { for: "pick-layer" }, say("Among")), select, make("p", { class: "hint" }, say("Click on the map; click again to take an area away. By keyboard: search for its name above."))),
    list,
    make("p", { class: "actions" }, make("button", { type: "button", onclick: () => wantView("carte") }, say("See the map")), make("button", { type: "button", class: "primary", onclick: close }, say("Done"))),
  );
  element.replaceChildren(box);
  follow(collection);

  async function follow(id) {
    const side = await theMap();
    if (!box.isConnected) return;
    session = side.pick(id, (found) => toggle(id, found));
    tell(id);
  }

  async function toggle(id, found) {
    const { place } = state.variant();
    if (place?.features?.length) {
      const [feature] = await read({ collection: id, ids: [found.id] });
      if (feature) addPart(feature.geometry, { name: found.name });
      return;
    }
    const same = place?.reference?.collection === id ? place.reference : { ids: [], label: "" };
    const has = same.ids.includes(found.id);
    const ids = has ? same.ids.filter((each) => each !== found.id) : [...same.ids, found.id];
    const names = has ? same.label.split(", ").filter((name) => name !== found.name) : [...(same.label ? same.label.split(", ") : []), found.name];
    const label = has ? say("{name} taken away", { name: found.name }) : say("{name} chosen", { name: found.name });
    state.change(label, (draft) => (draft.variants[draft.current].place = ids.length ? { reference: { collection: id, ids, label: names.join(", ") } } : null));
    announce(label);
    tell(id);
  }

  function tell(id) {
    const { place } = state.variant();
    const ids = place?.reference?.collection === id ? place.reference.ids : [];
    session?.choose(ids);
    list.textContent = ids.length ? place.reference.label : say("None chosen yet.");
  }

  async function close() {
    element.replaceChildren();
    (await theMap()).stop();
  }
}
