// A place given by longitude and latitude: a commune, a point picked on the map, or coordinates.

import { data, make } from "../dom.js";
import { say } from "../text.js";
import { leaf } from "./fields.js";

/** Whether an object says where it is by two numbers. */
export function isPoint(schema) {
  return ["longitude", "latitude"].every((name) => schema.properties?.[name]?.type === "number");
}

/** The field of such a place. */
export function pointField(form, schema, path) {
  const id = form.id();
  const write = ([longitude, latitude]) => {
    form.set([...path, "longitude"], Number(longitude.toFixed(5)), say("Place"));
    form.set([...path, "latitude"], Number(latitude.toFixed(5)), say("Place"));
  };
  const communes = data("planner")?.communes ?? [];
  const select = make("select", { id }, make("option", { value: "" }, say("Centre of a commune…")), communes.map(([, name, x, y]) => make("option", { value: JSON.stringify([x, y]) }, name)));
  select.addEventListener("change", () => select.value && write(JSON.parse(select.value)));
  const pick = form.pickPoint
    ? make("button", { type: "button", onclick: async () => {
        const point = await form.pickPoint();
        if (point) write(point);
        pick.focus();
      } }, say("Pick on the map"))
    : null;
  const number = (name) => leaf(form, schema.properties[name], [...path, name], { name, required: schema.required?.includes(name), siblings: schema.properties });
  return make("fieldset", { class: "point" }, make("legend", {}, say("Place")), make("div", { class: "point-ways" }, communes.length ? [make("label", { class: "visually-hidden", for: id }, say("Centre of a commune")), select] : null, pick), number("longitude"), number("latitude"));
}
