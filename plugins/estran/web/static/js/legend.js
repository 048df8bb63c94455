// What the colours of a grid mean, read from the grid itself: the same cells as values and as a picture.

import { draw, make } from "./dom.js";
import { address, getJson } from "./grid.js";
import { plain, read, say, unitName } from "./text.js";

const SAMPLE = 160;
const STOPS = 8;

/** Fill a list with the classes and their colours, or with a scale for a quantity. */
export async function showLegend(list, element, band) {
  if (!list) return;
  const drawn = document.querySelector("[data-drawn]");
  const isDrawn = drawn && (!band || band === drawn.dataset.drawn);
  list.hidden = Boolean(isDrawn);
  if (drawn) drawn.hidden = !isDrawn;
  if (isDrawn) return;
  const size = { "scale-size": `x(${SAMPLE}),y(${SAMPLE})` };
  try {
    const [grid, picture] = await Promise.all([
      getJson(address(element, { f: "json", ...size }, band)),
      fetch(address(element, { f: "png", ...size }, band)).then((response) => response.blob()),
    ]);
    const [name, range] = Object.entries(grid.ranges)[0];
    const pairs = matched(range.values, await pixels(picture));
    const parameter = grid.parameters[name];
    const categories = parameter.observedProperty?.categories;
    list.replaceChildren(...(categories ? classes(categories, parameter.categoryEncoding, pairs) : [scale(parameter, pairs)]));
  } catch {
    return;
  }
}

async function pixels(blob) {
  const image = await createImageBitmap(blob);
  const canvas = document.createElement("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, image.width, image.height).data;
}

function matched(values, bytes) {
  return values.flatMap((value, index) => {
    const [red, green, blue, alpha] = bytes.slice(index * 4, index * 4 + 4);
    return value === null || alpha === 0 ? [] : [{ value, colour: `rgb(${red},${green},${blue})` }];
  });
}

function classes(categories, encoding, pairs) {
  const colours = new Map(pairs.map(({ value, colour }) => [value, colour]));
  return categories
    .filter((category) => colours.has(encoding?.[category.id]))
    .map((category) => make("li", {}, swatch(colours.get(encoding[category.id])), make("span", {}, read(category.label))));
}

function swatch(colour) {
  return draw("svg", { viewBox: "0 0 28 18", "aria-hidden": "true" }, draw("rect", { width: 28, height: 18, fill: colour }));
}

function scale(parameter, pairs) {
  const sorted = [...pairs].sort((one, other) => one.value - other.value);
  if (!sorted.length) return make("li", {}, say("no data"));
  const low = sorted[Math.floor(sorted.length * 0.02)].value;
  const high = sorted[Math.ceil(sorted.length * 0.98) - 1].value;
  const nearest = (wanted) => sorted.reduce((best, pair) => (Math.abs(pair.value - wanted) < Math.abs(best.value - wanted) ? pair : best));
  const stops = Array.from({ length: STOPS }, (_, index) => {
    const share = index / (STOPS - 1);
    return draw("stop", { offset: share, "stop-color": nearest(low + share * (high - low)).colour });
  });
  const unit = unitName(parameter.unit?.symbol?.value ?? "");
  return make(
    "li",
    { class: "ramp" },
    make("span", { class: "number" }, `≤ ${plain(low, 1)}`),
    draw("svg", { viewBox: "0 0 200 18", preserveAspectRatio: "none", "aria-hidden": "true" }, draw("defs", {}, draw("linearGradient", { id: "ramp" }, stops)), draw("rect", { width: 200, height: 18, fill: "url(#ramp)" })),
    make("span", { class: "number" }, `≥ ${plain(high, 1)} ${unit}`),
  );
}
