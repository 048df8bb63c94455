// The vertices of an outline as a list: arrows move the chosen one, Delete takes it away, all without the map.

import { make } from "../dom.js";
import { say } from "../text.js";
import { system, SYSTEMS } from "./crs.js";
import { areaHa, moved } from "./geo.js";
import { area } from "./describe.js";
import { announce } from "./live.js";
import { theMap } from "./mapside.js";
import * as state from "./state.js";

const MOST = 300;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
let chosenSystem = SYSTEMS[0].id;

/** The reference system in which coordinates are shown and typed. */
export function shownSystem() {
  return chosenSystem;
}

/** Change it. */
export function setSystem(id) {
  chosenSystem = id;
}

/** A coordinate in the chosen system, as text. */
export function written(position) {
  const { geographic, fromDegrees } = system(chosenSystem);
  return fromDegrees(position).map((value) => value.toFixed(geographic ? 6 : 1)).join(" ; ");
}

/**
 * The list of vertices of a part.
 * @param {object} feature
 * @param {number} index Rank of the part.
 * @param {() => void} close
 */
export function renderVertices(feature, index, close) {
  const rings = feature.geometry.type === "Polygon" ? feature.geometry.coordinates.map((ring, rank) => [[rank], ring]) : feature.geometry.coordinates.flatMap((polygon, piece) => polygon.map((ring, rank) => [[piece, rank], ring]));
  const vertices = rings.flatMap(([path, ring]) => ring.slice(0, -1).map((position, rank) => ({ path, rank, position })));
  const shown = vertices.slice(0, MOST);
  const list = make("ol", { class: "vertices" }, shown.map((vertex, number) => row(index, vertex, number)));
  return make(
    "div",
    { class: "vertex-box" },
    make("p", { class: "small muted" }, say("Arrows: 1 m; with Shift: 10 m; Delete: remove; Insert or +: add one after.")),
    vertices.length > shown.length ? make("p", { class: "small muted" }, say("The first {count} vertices of {all}; the others on the map.", { count: MOST, all: vertices.length })) : null,
    list,
    make("p", {}, make("button", { type: "button", class: "small-button", onclick: close, "data-key": `close-${index}` }, say("Done"))),
  );
}

function row(index, vertex, number) {
  const name = say("Vertex {number}: {where}", { number: number + 1, where: written(vertex.position) });
  return make("li", {}, make("button", {
    type: "button", class: "vertex", "aria-label": name, "data-key": `vertex-${index}-${number}`,
    onfocus: () => point(vertex.position),
    onblur: () => point(null),
    onkeydown: (event) => key(event, index, vertex, number),
  }, written(vertex.position)));
}

function key(event, index, vertex, number) {
  if (ARROWS[event.key]) {
    event.preventDefault();
    const step = event.shiftKey ? 10 : 1;
    const [east, north] = ARROWS[event.key].map((unit) => unit * step);
    change(say("Vertex moved"), index, vertex.path, (ring) => put(ring, vertex.rank, moved(vertex.position, east, north)), `vertex-${index}-${number}`);
  } else if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    const ring = ringOf(state.variant().place.features[index].geometry, vertex.path);
    if (ring.length <= 4) announce(say("An outline keeps three vertices at least."));
    else change(say("Vertex deleted"), index, vertex.path, (points) => drop(points, vertex.rank));
  } else if (event.key === "Insert" || event.key === "+") {
    event.preventDefault();
    change(say("Vertex added"), index, vertex.path, (points) => {
      const [a, b] = [points[vertex.rank], points[vertex.rank + 1]];
      points.splice(vertex.rank + 1, 0, [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]);
    });
  }
}

const ringOf = (geometry, path) => path.reduce((found, step) => found[step], geometry.coordinates);

function change(label, index, path, mutate, merge = null) {
  state.change(label, (draft) => mutate(ringOf(draft.variants[draft.current].place.features[index].geometry, path)), { merge });
  announce(`${label}, ${area(areaHa(state.variant().place.features[index].geometry))}`);
}

function put(ring, rank, position) {
  ring[rank] = position;
  if (rank === 0) ring[ring.length - 1] = [...position];
}

function drop(ring, rank) {
  ring.splice(rank, 1);
  if (rank === 0) ring[ring.length - 1] = [...ring[0]];
}

async function point(position) {
  if (!document.querySelector(".map-canvas")) return;
  const { map } = await theMap();
  if (position) map.show("vertex", { type: "FeatureCollection", features: [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: position } }] }, "vertex");
  else map.hide("vertex");
}
