// The reference systems in which people of a planning office write coordinates, to and from longitude and latitude.

// GRS80 ellipsoid; parameters of the projections: IGN, « Projections cartographiques conique conforme de Lambert ».
const A = 6378137;
const F = 1 / 298.257222101;
const E = Math.sqrt(F * (2 - F));
const RAD = Math.PI / 180;

const LAMBERT_93 = cone({ parallels: [44, 49], origin: [3, 46.5], falsehood: [700_000, 6_600_000] });
const ZONES = [42, 43, 44, 45, 46, 47, 48, 49, 50];

/** @type {{ id: string, name: string, geographic: boolean, toDegrees: (xy: number[]) => number[], fromDegrees: (lonLat: number[]) => number[] }[]} */
export const SYSTEMS = [
  { id: "EPSG:2154", name: "RGF93 / Lambert-93", geographic: false, ...LAMBERT_93 },
  { id: "CRS84", name: "WGS 84 (longitude ; latitude)", geographic: true, toDegrees: (xy) => xy, fromDegrees: (xy) => xy },
  ...ZONES.map((zone) => ({
    id: `EPSG:${3900 + zone}`,
    name: `RGF93 / CC${zone}`,
    geographic: false,
    ...cone({ parallels: [zone - 0.75, zone + 0.75], origin: [3, zone], falsehood: [1_700_000, (zone - 41) * 1_000_000 + 200_000] }),
  })),
];

/** The system of an identifier. */
export function system(id) {
  return SYSTEMS.find((each) => each.id === id) ?? SYSTEMS[0];
}

/**
 * The point that a text such as « 382 000 ; 6 570 000 » or « -1,13; 46,14 » names, by the looks of its numbers.
 * @returns {{ point: [number, number], system: string }|null}
 */
export function pointIn(text) {
  const pair = numbersIn(text);
  if (!pair) return null;
  const [x, y] = pair;
  if (Math.abs(x) <= 180 && Math.abs(y) <= 90) return { point: [x, y], system: "CRS84" };
  const zone = ZONES.find((each) => Math.abs(y - ((each - 41) * 1_000_000 + 200_000)) < 300_000 && x > 1_000_000 && x < 2_400_000);
  const found = zone ? system(`EPSG:${3900 + zone}`) : x > -100_000 && x < 1_400_000 && y > 6_000_000 && y < 7_300_000 ? system("EPSG:2154") : null;
  return found ? { point: found.toDegrees([x, y]), system: found.id } : null;
}

/** Two numbers of a text, separated by a semicolon, a tabulation or a space; decimals after a point or a comma. */
export function numbersIn(text) {
  const cleaned = text.trim().replace(/[\u00a0\u202f]/g, " ").replace(/\u2212/g, "-");
  const parts = cleaned.includes(";") ? cleaned.split(";") : cleaned.includes("\t") ? cleaned.split("\t") : /^\S+,\s+\S+$/.test(cleaned) ? cleaned.split(/,\s+/) : cleaned.split(/\s+/);
  if (parts.length !== 2) return null;
  const pair = parts.map((part) => part.replace(/\s/g, "").replace(",", "."));
  return pair.every((part) => /^[-+]?\d+(\.\d+)?$/.test(part)) ? pair.map(Number) : null;
}

function cone({ parallels: [one, two], origin: [lon0, lat0], falsehood: [x0, y0] }) {
  const isometric = (lat) => Math.log(Math.tan(Math.PI / 4 + lat / 2) * ((1 - E * Math.sin(lat)) / (1 + E * Math.sin(lat))) ** (E / 2));
  const normal = (lat) => A / Math.sqrt(1 - (E * Math.sin(lat)) ** 2);
  const [p1, p2] = [one * RAD, two * RAD];
  const n = Math.log((normal(p2) * Math.cos(p2)) / (normal(p1) * Math.cos(p1))) / (isometric(p1) - isometric(p2));
  const c = ((normal(p1) * Math.cos(p1)) / n) * Math.exp(n * isometric(p1));
  const radius = (lat) => c * Math.exp(-n * isometric(lat));
  const top = y0 + radius(lat0 * RAD);
  return {
    fromDegrees([lon, lat]) {
      const r = radius(lat * RAD);
      const turn = n * (lon - lon0) * RAD;
      return [x0 + r * Math.sin(turn), top - r * Math.cos(turn)];
    },
    toDegrees([x, y]) {
      const [dx, dy] = [x - x0, top - y];
      const l = -Math.log(Math.hypot(dx, dy) / c) / n;
      let lat = 2 * Math.atan(Math.exp(l)) - Math.PI / 2;
      for (let turn = 0; turn < 8; turn += 1) lat = 2 * Math.atan(((1 + E * Math.sin(lat)) / (1 - E * Math.sin(lat))) ** (E / 2) * Math.exp(l)) - Math.PI / 2;
      return [lon0 + Math.atan2(dx, dy) / n / RAD, lat / RAD];
    },
  };
}
