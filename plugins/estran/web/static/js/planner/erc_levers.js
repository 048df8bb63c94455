// Reduce, then offset: what an entered project leaves to change, made only of inputs that the published schema has.

import { language, say } from "../text.js";
import { choicesOf } from "./schema.js";
import { PROJECT } from "./variants.js";

/**
 * One thing that may be changed.
 * @typedef {object} Lever
 * @property {string} id
 * @property {"avoid"|"reduce"|"offset"} kind
 * @property {string} title
 * @property {string} detail What changes, in words.
 * @property {string} [group] Levers of one group exclude each other.
 * @property {{ label: string, value: number, min: number, max: number, step: number, unit: string }} [setting] What the reader may set.
 * @property {{ label: string, value: string, options: Object<string, string> }} [choice]
 * @property {(variant: import("./state.js").Variant, set: number|string|undefined) => void} apply
 */

const root = document.querySelector('meta[name="estran-base"]')?.dataset.root ?? "";
const CAR = "car";

/** The levers that reduce a project, as it was entered. @returns {Promise<{ levers: Lever[], said: string[] }>} */
export async function reduceLevers(variant, description) {
  const inputs = variant.inputs[PROJECT] ?? {};
  const schemas = Object.fromEntries(Object.entries(description.inputs).map(([name, { schema }]) => [name, schema]));
  const mobility = await mobilityLevers(inputs, schemas);
  const levers = [...structures(inputs, schemas), spaces(inputs, schemas), roads(inputs, schemas), sealed(inputs, schemas), ...mobility.levers, carrier(inputs, schemas), demolition(inputs, schemas)].filter(Boolean);
  const said = [inputs.programme?.length ? null : say("No building is entered: nothing to reduce in construction."), ...mobility.said].filter(Boolean);
  return { levers, said };
}

/** What may be done on the site itself for what remains. @returns {Lever[]} */
export function offsetLevers(variant, description) {
  const inputs = variant.inputs[PROJECT] ?? {};
  const has = (name) => name in description.inputs;
  return [
    has("trees") && {
      id: "plant",
      kind: "offset",
      title: say("Plant trees on the site"),
      detail: say("besides those already entered"),
      setting: { label: say("Trees"), value: 100, min: 10, max: 100000, step: 10, unit: "" },
      apply: (made, count) => edit(made, (own) => (own.trees = { ...own.trees, planted: (own.trees?.planted ?? 0) + count })),
    },
    has("desealed_m2") && !inputs.after && !variant.place?.features?.some(({ properties }) => properties?.after) && {
      id: "unseal",
      kind: "offset",
      title: say("Unseal land on the site"),
      detail: say("sealed today, turned into grass and shrubs"),
      setting: { label: say("Area"), value: 1000, min: 100, max: 1000000, step: 100, unit: "m²" },
      apply: (made, m2) => edit(made, (own) => (own.desealed_m2 = (own.desealed_m2 ?? 0) + m2)),
    },
  ].filter(Boolean);
}

function structures({ programme = [] }, { programme: schema }) {
  const words = choicesOf(schema?.items?.properties?.structure ?? {});
  const wanted = ["timber", "mixed"].filter((each) => words[each]);
  if (!programme.length) return [];
  return wanted
    .filter((structure) => programme.some((row) => row.structure !== structure && row.structure !== "timber"))
    .map((structure) => ({
      id: `structure-${structure}`,
      group: "structure",
      kind: "reduce",
      title: say("Structure: {structure}", { structure: lower(words[structure]) }),
      detail: say("for the buildings that do not have it"),
      apply: (made) => edit(made, (own) => own.programme.forEach((row) => row.structure === "timber" || (row.structure = structure))),
    }));
}

function spaces({ parking = [], after }, { parking: schema, after: classes }) {
  const total = parking.reduce((sum, { spaces: each }) => sum + (each || 0), 0);
  if (!schema || !total) return null;
  const frees = after?.parking > 0 && choicesOf(classes).artificial_grass_shrubs;
  return {
    id: "spaces",
    kind: "reduce",
    title: say("Fewer parking spaces"),
    detail: frees ? say("the land they leave is planted with grass and shrubs") : say("the areas entered do not change"),
    setting: { label: say("Spaces taken away"), value: 30, min: 5, max: 100, step: 5, unit: "%" },
    apply: (made, percent) =>
      edit(made, (own) => {
        own.parking.forEach((row) => (row.spaces = Math.round(row.spaces * (1 - percent / 100))));
        if (!frees) return;
        const freed = rounded((own.after.parking * percent) / 100);
        own.after.parking = rounded(own.after.parking - freed);
        own.after.artificial_grass_shrubs = rounded((own.after.artificial_grass_shrubs ?? 0) + freed);
      }),
  };
}

function roads({ roads: rows = [] }, { roads: schema }) {
  if (!schema || !rows.some(({ area_m2: area }) => area > 0)) return null;
  return less("roads", say("Fewer roads"), say("Carriageway taken away"), (own, share) => own.roads.forEach((row) => (row.area_m2 = rounded(row.area_m2 * share))));
}

function sealed({ sealed_m2: area }, { sealed_m2: schema }) {
  if (!schema || !(area > 0)) return null;
  return less("sealed", say("Seal less land"), say("Area left open"), (own, share) => (own.sealed_m2 = rounded(own.sealed_m2 * share)));
}

function less(id, title, label, change) {
  return { id, kind: "reduce", title, detail: say("the rest of the project does not change"), setting: { label, value: 20, min: 5, max: 100, step: 5, unit: "%" }, apply: (made, percent) => edit(made, (own) => change(own, 1 - percent / 100)) };
}

async function mobilityLevers({ mobility }, { mobility: schema }) {
  if (!mobility) return { levers: [], said: [say("Trips are not entered: give them in the form to see what shared mobility changes.")] };
  const fields = schema.properties;
  const shares = mobility.modal_shares ?? (await registryShares(fields.modal_shares));
  const occupancy = mobility.car_occupancy ?? (await registryValue(fields.car_occupancy?.["x-default"]));
  const levers = [];
  const others = ["bicycle", "bus", "walking"].filter((mode) => shares && mode in shares);
  if (shares?.[CAR] > 0 && others.length) {
    const most = Math.floor(100 * shares[CAR]);
    levers.push({
      id: "modes",
      kind: "reduce",
      title: say("Fewer kilometres by car"),
      detail: say("moved to: {modes}", { modes: others.map((mode) => lower(choicesOf(fields.modal_shares)[mode] ?? mode)).join(", ") }),
      setting: { label: say("Share of the kilometres moved"), value: Math.min(10, most), min: 1, max: most, step: 1, unit: "%" },
      apply: (made, percent) =>
        edit(made, (own) => {
          const moved = percent / 100;
          const next = { ...shares, [CAR]: rounded(shares[CAR] - moved) };
          for (const mode of others) next[mode] = rounded(shares[mode] + moved / others.length);
          own.mobility = { ...own.mobility, modal_shares: next };
        }),
    });
  }
  if (occupancy >= 1) {
    levers.push({
      id: "sharing",
      kind: "reduce",
      title: say("Share cars"),
      detail: say("{count} persons per car today", { count: written(occupancy) }),
      setting: { label: say("Persons per car"), value: rounded(Math.min(occupancy + 0.2, 9)), min: rounded(occupancy), max: 9, step: 0.1, unit: "" },
      apply: (made, persons) => edit(made, (own) => (own.mobility = { ...own.mobility, car_occupancy: persons })),
    });
  }
  return { levers, said: shares ? [] : [say("Enter the modal shares to see what fewer kilometres by car change.")] };
}

function carrier({ programme = [] }, { programme: schema }) {
  const options = choicesOf(schema?.items?.properties?.energy?.items?.properties?.carrier ?? {});
  const heats = programme.filter(({ energy }) => energy?.length);
  if (!heats.length || !Object.keys(options).length) return null;
  const used = new Set(heats.flatMap(({ energy }) => energy.map((each) => each.carrier)));
  const open = Object.fromEntries(Object.entries(options).filter(([id]) => !used.has(id)));
  return {
    id: "carrier",
    kind: "reduce",
    title: say("Another heating energy"),
    detail: say("instead of the largest one entered, for the same kilowatt-hours"),
    choice: { label: say("Energy"), value: open.heat_network ? "heat_network" : Object.keys(open)[0], options: open },
    apply: (made, chosen) =>
      edit(made, (own) => {
        for (const { energy } of own.programme) if (energy?.length) energy.reduce((most, each) => (each.kwh_per_m2_year > most.kwh_per_m2_year ? each : most)).carrier = chosen;
      }),
  };
}

function demolition({ demolition_m2: area }, { demolition_m2: schema }) {
  if (!schema || !(area > 0)) return null;
  return { id: "keep", kind: "avoid", title: say("Keep the existing buildings"), detail: say("nothing is demolished; the new buildings do not change"), apply: (made) => edit(made, (own) => delete own.demolition_m2) };
}

function edit(variant, change) {
  variant.inputs[PROJECT] ??= {};
  change(variant.inputs[PROJECT]);
}

/** The values of the registry whose identifier begins like this one, by what follows. */
async function registry(prefix) {
  const filter = encodeURIComponent(`id = '${prefix}' OR id LIKE '${prefix}.%'`);
  const response = await fetch(`${root}/collections/factors/items?f=json&lang=${language}&limit=50&filter=${filter}`, { headers: { Accept: "application/geo+json, application/json" } }).catch(() => null);
  const features = response?.ok ? (await response.json()).features : [];
  return new Map(features.filter(({ properties }) => Number.isFinite(properties.value)).map(({ properties }) => [properties.id.slice(prefix.length + 1), properties.value]));
}

/** The shares that hold when none is entered; null when the registry does not tell them by the modes of the form. */
async function registryShares(schema) {
  const prefix = schema?.["x-default"];
  if (!prefix) return null;
  const modes = choicesOf(schema);
  const found = [...(await registry(prefix))];
  return found.length && found.every(([mode]) => modes[mode]) ? Object.fromEntries(found) : null;
}

async function registryValue(id) {
  return id ? ((await registry(id)).get("") ?? null) : null;
}

const rounded = (value) => Math.round(value * 1000) / 1000;
const lower = (text) => text.charAt(0).toLocaleLowerCase(language) + text.slice(1);
const written = (value) => new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(value);
