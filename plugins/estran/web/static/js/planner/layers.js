// The layers of the catalogue on the map: at most two at once, each with its legend, licence, vintage and warning.

import { make } from "../dom.js";
import { say } from "../text.js";
import { announce } from "./live.js";

const MOST = 2;
const OPACITY = 0.8;

/** An address of the server as this browser reaches it, whatever the server is called in its configuration. */
export function localised(address) {
  const base = document.querySelector('meta[name="estran-base"]');
  const here = location.origin + (base.dataset.root ?? "");
  return address.startsWith("/") ? here + address : address.replace(base.content.replace(/\/$/, ""), here);
}

/**
 * The thematic layers of a map.
 * @returns {{ element: HTMLElement, sources: HTMLElement, toggle: (id: string, on: boolean) => Promise<void>, on: () => string[] }}
 */
export function makeLayers(map, planner) {
  const styles = new Map();
  let on = [];
  const sources = make("p", { class: "map-sources" });
  const boxes = new Map();
  const list = make("ul", { class: "layer-list" }, planner.layers.map(row));
  const element = make("div", { class: "layer-panel" }, make("h2", {}, say("Layers")), make("p", { class: "small muted" }, say("Two at most at the same time, over the ground.")), list);
  tellSources();

  function row(layer) {
    const box = make("input", { type: "checkbox", id: `layer-${layer.id}`, onchange: () => toggle(layer.id, box.checked) });
    const more = make("div", { class: "layer-more", hidden: true });
    boxes.set(layer.id, { box, more, layer });
    const badges = [layer.vintage ? make("span", { class: "badge" }, layer.vintage) : null, layer.synthetic ? make("span", { class: "badge demo" }, say("Demonstration data")) : null];
    return make("li", {}, make("label", { for: box.id, class: "check" }, box, make("span", {}, plainTitle(layer))), make("span", { class: "layer-badges" }, badges), more);
  }

  async function toggle(id, wanted) {
    if (wanted === on.includes(id)) return;
    if (!wanted) remove(id);
    else {
      if (on.length >= MOST) {
        const oldest = on[0];
        remove(oldest);
        announce(say("{layer} is switched off: two layers at most.", { layer: plainTitle(boxes.get(oldest).layer) }));
      }
      on.push(id);
      await add(id);
    }
    for (const [name, { box, more }] of boxes) {
      box.checked = on.includes(name);
      more.hidden = !box.checked;
    }
    tellSources();
  }

  async function add(id) {
    const { more, layer } = boxes.get(id);
    more.replaceChildren(make("p", { class: "small muted" }, say("Loading…")));
    let style = styles.get(id);
    try {
      style ??= await (await fetch(localised(`/styles/${id}?f=mbs&lang=${document.documentElement.lang}`))).json();
    } catch {
      more.replaceChildren(make("p", { class: "small" }, say("The layer could not be loaded.")));
      return;
    }
    styles.set(id, style);
    more.replaceChildren(...legend(style, layer));
    if (!on.includes(id)) return;
    for (const [name, source] of Object.entries(style.sources)) {
      const tiles = source.tiles?.map(localised);
      if (!map.getSource(`theme-${name}`)) map.addSource(`theme-${name}`, { ...source, ...(tiles ? { tiles } : {}), ...(typeof source.data === "string" ? { data: localised(source.data) } : {}) });
    }
    const above = map.getStyle().layers.find(({ id: name }) => name.startsWith("shown-") || name.startsWith("td-") || name === "names")?.id;
    for (const look of style.layers) {
      if (look.type === "background") continue;
      map.addLayer({ ...softened(look), id: `theme-${id}-${look.id}`, source: `theme-${look.source}` }, above);
    }
  }

  function remove(id) {
    on = on.filter((each) => each !== id);
    for (const look of map.getStyle().layers) if (look.id.startsWith(`theme-${id}-`)) map.removeLayer(look.id);
    for (const name of Object.keys(styles.get(id)?.sources ?? {})) if (map.getSource(`theme-${name}`)) map.removeSource(`theme-${name}`);
  }

  function tellSources() {
    const shown = [...on.map((id) => boxes.get(id).layer), ...planner.layers.filter(({ id, role }) => role === "communes" && !on.includes(id))];
    const words = shown.map((layer) => [plainTitle(layer), layer.vintage, layer.attribution].filter(Boolean).join(", "));
    sources.textContent = words.join(" · ");
    sources.title = sources.textContent;
  }

  return { element, sources, toggle, on: () => [...on] };
}

function plainTitle(layer) {
  return layer.title.replace(/\s*\([^)]*\)$/, "");
}

function legend(style, layer) {
  const rows = (style.metadata?.["estran:legend"] ?? []).map((entry) => {
    const swatch = make("span", { class: "swatch", "aria-hidden": "true" });
    swatch.style.background = entry.fill ?? "transparent";
    swatch.style.borderColor = entry.stroke && entry.stroke !== "#FFFFFF" ? entry.stroke : "#6e7b85";
    return make("li", {}, swatch, entry.label);
  });
  const licence = layer.licence?.title ? make("a", { href: layer.licence.url, rel: "license" }, layer.licence.title) : null;
  return [
    rows.length ? make("ul", { class: "legend-rows", "aria-label": say("Legend") }, rows) : null,
    make("p", { class: "small muted" }, [layer.attribution, licence].filter(Boolean).flatMap((part, index) => (index ? [" · ", part] : [part]))),
    make("p", { class: "small" }, make("a", { href: localised(`/collections/${layer.id}?lang=${document.documentElement.lang}&f=html`) }, say("About this layer"))),
  ].filter(Boolean);
}

function softened(look) {
  const property = { fill: "fill-opacity", raster: "raster-opacity", circle: "circle-opacity" }[look.type];
  if (!property) return look;
  const asked = look.paint?.[property];
  const opacity = typeof asked === "number" ? asked * OPACITY : (asked ?? OPACITY);
  return { ...look, paint: { ...look.paint, [property]: opacity, ...(look.type === "raster" ? { "raster-fade-duration": 0 } : {}) } };
}
