// A file becomes a place: sent, shown with what is wrong with it, corrected in place, then taken as one change.

import { make } from "../dom.js";
import { say } from "../text.js";
import { area } from "./describe.js";
import { announce } from "./live.js";
import * as state from "./state.js";
import { likelyField, renderClasses, suggested } from "./upload_classes.js";
import { hidePreview, showPreview } from "./upload_map.js";
import { Refusal, send } from "./upload_send.js";
import { renderLayers, renderNotices, renderProgress, renderRefusal, renderSystem } from "./upload_view.js";

/** The files that can be read, for a field that chooses one. */
export const ACCEPT = ".geojson,.json,.gpkg,.zip,.kml,.kmz,.dxf,.gpx,.shp,.shx,.dbf,.prj,.cpg";

const PROJECT = ["project-impact", "compare-scenarios"];
const BLOCKING = ["crs", "swap"];
let stopCurrent = () => {};

/**
 * Read a file, ask what must be, and give the place that the person takes from it.
 * @param {File|File[]|FileList} chosen A file, or those of a shapefile together.
 * @param {{ element: HTMLElement }} options Where to show it.
 * @returns {Promise<{ features: object[] }|null>} The place with what was there before when it is added; null when the file is left.
 */
export function upload(chosen, { element }) {
  stopCurrent();
  looks();
  return new Promise((resolve) => {
    const session = open(chosen instanceof File ? [chosen] : [...chosen], element, (place) => {
      stopCurrent = () => {};
      resolve(place);
    });
    stopCurrent = () => session.leave();
  });
}

function looks() {
  const href = new URL("../../css/upload.css", import.meta.url).href;
  if (!document.querySelector(`link[href="${href}"]`)) document.head.append(make("link", { rel: "stylesheet", href }));
}

function open(first, element, done) {
  const box = make("section", { class: "extra-box upload", "aria-labelledby": "upload-title" });
  let files = first;
  let choices = {};
  let answer = null;
  let mapping = { name: null, classes: {} };
  let accepted = new Set();
  let asksSystem = false;
  let sending = null;
  element.replaceChildren(box);
  ask();
  box.scrollIntoView({ block: "nearest" });
  return { leave };

  async function ask(more = {}) {
    sending?.abort();
    const mine = (sending = new AbortController());
    choices = { ...choices, ...more };
    progress(0);
    try {
      const found = await send(files, choices, { signal: mine.signal, onProgress: (share) => mine === sending && progress(share) });
      if (mine !== sending) return;
      take(found);
    } catch (error) {
      if (error.name === "AbortError" || mine !== sending) return;
      if (!(error instanceof Refusal)) throw error;
      refuse(error);
    }
  }

  function take(found) {
    const before = answer;
    answer = found;
    asksSystem = false;
    const kept = mapping.name && before?.layer === found.layer && found.fields.some(({ name }) => name === mapping.name);
    if (!kept) {
      const name = likelyField(found.fields);
      mapping = { name, classes: suggested(found.fields.find((field) => field.name === name)) };
    }
    render();
    preview();
    const heard = found.notices.map(({ message }) => message).join(" ");
    announce(found.place ? `${say("File read: {name}", { name: found.file.name })}. ${summary(found)}. ${heard}` : heard);
  }

  function progress(share) {
    if (share !== null && box.querySelector("progress")?.value !== undefined && share > 0 && share < 1) {
      const bar = box.querySelector("progress[max]");
      if (bar) {
        bar.value = share;
        return;
      }
    }
    box.replaceChildren(heading(), renderProgress(share, leave));
  }

  function refuse(refusal) {
    answer = null;
    hidePreview();
    box.replaceChildren(heading(), renderRefusal(refusal, act, () => ask()), make("p", { class: "actions" }, button(say("Close"), leave, "upload-close")));
    box.querySelector("button")?.focus();
  }

  function render() {
    const focused = box.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const notices = answer.notices.filter(({ code }) => !accepted.has(code));
    const withClasses = PROJECT.includes(state.get().question) && answer.place && answer.fields.length;
    box.replaceChildren(
      heading(),
      renderLayers(answer, (layer) => {
        accepted = new Set();
        ask({ layer });
      }),
      ...renderNotices(notices, act),
      renderSystem(answer, { open: asksSystem, onOpen: openSystem, onChoose: (crs) => ask({ crs, swap: "false" }) }),
      ...(withClasses ? [renderClasses(answer.fields, mapping, (next) => {
        mapping = next;
        render();
        preview();
      })] : []),
      ending(),
    );
    if (focused) box.querySelector(`[data-key="${focused}"]`)?.focus({ preventScroll: true });
  }

  function preview() {
    showPreview({ ...answer, place: answer.place && { features: features() } });
  }

  /** What is taken, and the buttons that take it. */
  function ending() {
    const close = button(say("Leave this file"), leave, "upload-close");
    if (!answer.place) return make("p", { class: "actions" }, close);
    if (answer.questions.some((question) => BLOCKING.includes(question))) {
      return make("div", {}, make("p", { class: "small" }, summary(answer)), make("p", { class: "small muted" }, say("Confirm the coordinates above to go on.")), make("p", { class: "actions" }, close));
    }
    const there = state.variant().place?.features?.length ?? 0;
    const count = answer.place.features.length;
    const takeAll = count === 1 ? say("Take this outline") : say("Take these {count} outlines", { count });
    const buttons = there
      ? [button(there === 1 ? say("Add to the outline already there") : say("Add to the {count} outlines already there", { count: there }), () => finish(true), "upload-add", "primary"), button(say("Replace what is there"), () => finish(false), "upload-take")]
      : [button(takeAll, () => finish(false), "upload-take", "primary")];
    return make("div", {}, make("p", { class: "part-total" }, summary(answer)), make("p", { class: "actions" }, buttons, close));
  }

  function features() {
    return answer.place.features.map(({ properties, geometry }) => {
      const after = mapping.name ? mapping.classes[properties.values[mapping.name]] : properties.after;
      return { type: "Feature", properties: { name: properties.name, ...(after ? { after } : {}) }, geometry };
    });
  }

  function finish(adds) {
    const before = adds ? structuredClone(state.variant().place.features) : [];
    const place = { features: [...before, ...features()] };
    clear();
    done(place);
  }

  function leave() {
    sending?.abort();
    sending = null;
    clear();
    done(null);
  }

  function clear() {
    hidePreview();
    box.remove();
  }

  function openSystem() {
    asksSystem = true;
    render();
    box.querySelector("#upload-crs")?.focus();
  }

  /** What a button of a notice does: most ask the same again with one more answer. */
  async function act({ id, parameters }, told) {
    if (id === "accept") {
      accepted.add(told.code);
      render();
    } else if (id === "ask-crs") openSystem();
    else if (id === "choose-layer") box.querySelector("input[type=radio]:checked")?.focus();
    else if (id === "other-file") otherFile();
    else if (id === "draw") {
      leave();
      const { begin } = await import("./place.js");
      begin("draw");
    } else ask({ ...(id === "merge" && mapping.name ? { field: mapping.name } : {}), ...parameters });
  }

  function otherFile() {
    const input = make("input", { type: "file", accept: ACCEPT, multiple: true });
    input.addEventListener("change", () => {
      if (!input.files.length) return;
      files = [...input.files];
      choices = {};
      accepted = new Set();
      mapping = { name: null, classes: {} };
      answer = null;
      ask();
    });
    input.click();
  }

  function heading() {
    const names = files.map(({ name }) => name);
    return make("h2", { id: "upload-title" }, say("File: {name}", { name: names.length > 1 ? `${names[0]} + ${names.length - 1}` : names[0] }));
  }
}

function summary({ place, area_ha }) {
  const count = place.features.length;
  return `${count === 1 ? say("1 part") : say("{count} parts", { count })}, ${area(area_ha)}`;
}

function button(text, onclick, key, kind = null) {
  return make("button", { type: "button", class: kind, "data-key": key, onclick }, text);
}
