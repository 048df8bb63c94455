// What is on a place today: its true area, its land cover and its wetlands, from one call to `carbon-stock`.

import { data } from "../dom.js";
import { plain, read, say } from "../text.js";

const PROCESS = "carbon-stock";
const FEWEST_HA = 0.005;

/** An area as people write it: hectares, or square metres when it is small. */
export function area(ha) {
  if (!Number.isFinite(ha)) return "";
  if (ha < 0.1) return `${plain(ha * 10_000, 0)}\u00a0m²`;
  return `${plain(ha, ha < 10 ? 2 : ha < 1000 ? 1 : 0)}\u00a0ha`;
}

/**
 * Describe a place.
 * @param {object} geometry What a process takes as `geometry`.
 * @returns {Promise<{ ha: number, inside: number, cover: { id: string, title: string, ha: number }[], wetlands: { title: string, ha: number }[], repaired: string|null }>}
 */
export async function describe(geometry, signal) {
  const { run } = await import("./run.js");
  const envelope = await run(PROCESS, { inputs: { geometry } }, { signal });
  const soil = (envelope.breakdown ?? []).filter((row) => row.pool === "soil" && row.area > 0);
  const titles = new Map(data("planner").classes.map(({ id, title }) => [id, title]));
  const cover = summed(soil, (row) => row.land_class, (row) => titles.get(row.land_class) ?? head(row));
  const wetlands = summed(soil.filter((row) => row.wetland), (row) => row.wetland, head);
  return {
    ha: envelope.indicators.find(({ id }) => id === "area")?.value ?? NaN,
    inside: envelope.coverage?.inside ?? 1,
    cover,
    wetlands,
    warnings: (envelope.warnings ?? []).map((warning) => ({ code: warning.code ?? "", text: read(warning.message ?? warning) })),
  };
}

/** « cultures 3,3 · prairies 0,6 … », at most four classes. */
export function coverLine(cover) {
  const shown = cover.slice(0, 4).map(({ title, ha }) => `${title.charAt(0).toLowerCase()}${title.slice(1)} ${area(ha)}`);
  return `${shown.join(" · ")}${cover.length > 4 ? " …" : ""}`;
}

/** The sentence of the wetlands that are touched. */
export function wetlandLine(wetlands) {
  return wetlands.map(({ title, ha }) => say("{area} of {what} touched", { area: area(ha), what: title.charAt(0).toLowerCase() + title.slice(1) })).join(" ; ");
}

function summed(rows, keyOf, titleOf) {
  const sums = new Map();
  for (const row of rows) {
    const key = keyOf(row);
    const known = sums.get(key) ?? { id: key, title: titleOf(row), ha: 0 };
    known.ha += row.area;
    sums.set(key, known);
  }
  return [...sums.values()].filter(({ ha }) => ha >= FEWEST_HA).sort((one, other) => other.ha - one.ha);
}

/** The class of a row, whose title is « class : pool ». */
const head = (row) => {
  const before = read(row.title).split(/ : |: /)[0];
  return row.wetland ? (/\((.+)\)$/.exec(before)?.[1] ?? before) : before;
};
