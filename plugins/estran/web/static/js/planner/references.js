// Places that the territory already has: their outlines by identifier, and their names by search.

import { data } from "../dom.js";
import { localised } from "./layers.js";

const kept = new Map();
const MOST_FOUND = 6;

/** The layers of which an area can be chosen, those with names first. */
export function choosable() {
  const areas = data("planner").layers.filter((layer) => layer.tiles === "vector" && layer.kind === "fill" && layer.id_field);
  return [...areas.filter((layer) => layer.title_field), ...areas.filter((layer) => !layer.title_field)];
}

/** The name of the layer that an identifier belongs to, without what stands in brackets. */
export function layerTitle(collection) {
  const layer = data("planner").layers.find(({ id }) => id === collection);
  return layer ? layer.title.replace(/\s*\([^)]*\)$/, "") : collection;
}

/** The features of a reference, in longitude and latitude, with their name. */
export async function read({ collection, ids }) {
  const found = await Promise.all(ids.map((id) => one(collection, id)));
  return found.filter(Boolean);
}

function one(collection, id) {
  const name = `${collection}/${id}`;
  if (!kept.has(name)) kept.set(name, fetched(collection, id));
  return kept.get(name);
}

async function fetched(collection, id) {
  try {
    const response = await fetch(localised(`/collections/${collection}/items/${encodeURIComponent(id)}?f=json`), { headers: { Accept: "application/geo+json" } });
    if (!response.ok) return null;
    const feature = await response.json();
    const layer = data("planner").layers.find((each) => each.id === collection);
    return { type: "Feature", id: `${collection}-${id}`, properties: { name: String(feature.properties[layer?.title_field] ?? id) }, geometry: feature.geometry };
  } catch {
    kept.delete(`${collection}/${id}`);
    return null;
  }
}

/**
 * The features whose name holds a text, whatever its accents and capitals.
 * @returns {Promise<{ collection: string, layer: string, id: string, name: string }[]>}
 */
export async function search(text, signal) {
  const wanted = text.trim();
  const layers = choosable().filter((layer) => layer.title_field || /\d/.test(wanted));
  const found = await Promise.all(layers.map((layer) => searchIn(layer, wanted, signal)));
  const rank = plain(wanted);
  return found.flat().sort((one, other) => Number(!plain(one.name).startsWith(rank)) - Number(!plain(other.name).startsWith(rank)));
}

async function searchIn(layer, text, signal) {
  const field = layer.title_field ?? layer.id_field;
  const pattern = `%${text.replace(/[\\%_]/g, "\\$&").replace(/'/g, "''")}%`;
  const query = new URLSearchParams({
    f: "json",
    limit: String(MOST_FOUND),
    skipGeometry: "true",
    properties: field,
    filter: `CASEI(ACCENTI(${field})) LIKE CASEI(ACCENTI('${pattern}'))`,
  });
  try {
    const response = await fetch(localised(`/collections/${layer.id}/items?${query}`), { signal, headers: { Accept: "application/geo+json" } });
    if (!response.ok) return [];
    const { features } = await response.json();
    return features.map((feature) => ({ collection: layer.id, layer: layerTitle(layer.id), id: String(feature.id), name: String(feature.properties[field] ?? feature.id) }));
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return [];
  }
}

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
