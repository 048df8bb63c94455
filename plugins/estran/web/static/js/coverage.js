// A grid on a map: the picture of what is on screen is asked again after each move.

import { openMap } from "./engine.js";
import { address, bounds, fromMercator, getJson, inMercator, MERCATOR } from "./grid.js";
import { showLegend } from "./legend.js";
import { cornersOf } from "./outline.js";
import { plain, read, say, unitName } from "./text.js";

const PATIENCE_MS = 300;
const OPACITY = 0.85;

/** Show the coverage whose address the element carries. */
export async function show(element) {
  const [west, south, east, north] = cornersOf(element.dataset.bbox);
  const band = document.querySelector("[data-band]");
  const instant = document.querySelector("[data-instant]");
  instant?.addEventListener("change", () => (element.dataset.instant = instant.value));
  if (instant) element.dataset.instant = instant.value;
  const legend = () => showLegend(document.querySelector("[data-legend]"), element, band?.value);
  band?.addEventListener("change", legend);
  legend();
  const map = await openMap(element, { bounds: [[west, south], [east, north]], ground: element.dataset.ground });
  if (!map) {
    showPicture(element, band);
    return;
  }
  let timer = 0;
  const refresh = () => {
    clearTimeout(timer);
    timer = setTimeout(() => paint(map, element, band?.value), PATIENCE_MS);
  };
  map.on("moveend", refresh);
  band?.addEventListener("change", refresh);
  instant?.addEventListener("change", refresh);
  map.on("click", (event) => tellValue(element, event.lngLat, band?.value));
  await paint(map, element, band?.value);
}

/** Without WebGL: the whole grid as one picture. */
function showPicture(element, band) {
  const picture = document.createElement("img");
  picture.alt = element.getAttribute("aria-label");
  const load = () => (picture.src = address(element, { f: "png", "scale-size": "x(1000)" }, band?.value));
  band?.addEventListener("change", load);
  document.querySelector("[data-instant]")?.addEventListener("change", load);
  load();
  element.replaceChildren(picture);
}

/** Ask for the part on screen, and put it exactly where the server says it is. */
async function paint(map, element, band) {
  const view = map.getBounds();
  const box = [...inMercator(view.getWest(), view.getSouth()), ...inMercator(view.getEast(), view.getNorth())];
  const part = { bbox: box.map((n) => n.toFixed(2)).join(","), "bbox-crs": MERCATOR, crs: MERCATOR };
  const sharpness = Math.min(window.devicePixelRatio || 1, 2);
  const { width, height } = map.getCanvas().getBoundingClientRect();
  const size = `x(${Math.round(width * sharpness)}),y(${Math.round(height * sharpness)})`;
  try {
    const [outline, picture] = await Promise.all([
      getJson(address(element, { f: "json", ...part, "scale-size": "x(2),y(2)" }, band)),
      fetch(address(element, { f: "png", ...part, "scale-size": size }, band)),
    ]);
    if (!picture.ok) throw new Error(picture.statusText);
    place(map, URL.createObjectURL(await picture.blob()), bounds(outline.domain.axes));
    tell("");
  } catch (error) {
    if (error.status !== 404) tell(say("The picture could not be loaded: {reason}", { reason: error.message }));
  }
}

function place(map, url, [left, bottom, right, top]) {
  const corner = (x, y) => fromMercator(x, y);
  const coordinates = [corner(left, top), corner(right, top), corner(right, bottom), corner(left, bottom)];
  const source = map.getSource("picture");
  if (source) {
    source.updateImage({ url, coordinates });
    return;
  }
  map.addSource("picture", { type: "image", url, coordinates });
  const paintOptions = { "raster-opacity": OPACITY, "raster-fade-duration": 0, "raster-resampling": "nearest" };
  map.addLayer({ id: "picture", type: "raster", source: "picture", paint: paintOptions }, map.getLayer("borders") ? "borders" : undefined);
}

async function tellValue(element, { lng, lat }, band) {
  const margin = 1e-7;
  const bbox = [lng - margin, lat - margin, lng + margin, lat + margin].join(",");
  const where = `${plain(lat, 5)} ; ${plain(lng, 5)}`;
  try {
    const { parameters, ranges } = await getJson(address(element, { f: "json", bbox }, band));
    const lines = Object.entries(ranges).map(([name, range]) => wording(parameters[name], name, range.values[0]));
    tell(`${where} · ${lines.join(" · ")}`);
  } catch (error) {
    tell(`${where} · ${error.status === 404 ? say("no data") : error.message}`);
  }
}

function wording(parameter, name, value) {
  const title = read(parameter.observedProperty?.label) || name;
  if (value === undefined || value === null) return `${title} : ${say("no data")}`;
  const category = parameter.observedProperty?.categories?.find((item) => parameter.categoryEncoding?.[item.id] === value);
  const unit = unitName(parameter.unit?.symbol?.value ?? "");
  return `${title} : ${category ? read(category.label) : plain(value, 3)}${unit ? ` ${unit}` : ""}`;
}

function tell(text) {
  const readout = document.querySelector("[data-value]");
  readout.textContent = text || readout.dataset.value;
}
