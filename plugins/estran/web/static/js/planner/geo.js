// Areas, distances and crossings of outlines in longitude and latitude, exact enough to be shown while drawing.

// GRS80 ellipsoid, on which WGS 84 and RGF93 are measured.
const A = 6378137;
const F = 1 / 298.257222101;
const E2 = F * (2 - F);
const E = Math.sqrt(E2);
const RAD = Math.PI / 180;
const MOST_CHECKED = 1500;

const q = (sine) => (1 - E2) * (sine / (1 - E2 * sine * sine) - Math.log((1 - E * sine) / (1 + E * sine)) / (2 * E));
const POLE = q(1);
const AUTHALIC = A * Math.sqrt(POLE / 2);

/** The area of a geometry on the ellipsoid, in ha; holes are taken off. */
export function areaHa(geometry) {
  return polygonsOf(geometry).reduce((sum, rings) => sum + rings.reduce((area, ring, index) => area + (index ? -1 : 1) * Math.abs(ringArea(ring)), 0), 0) / 10_000;
}

function ringArea(ring) {
  let sum = 0;
  for (let i = 0; i < ring.length - 1; i += 1) {
    const [x1, y1] = ring[i];
    const [x2, y2] = ring[i + 1];
    sum += (x2 - x1) * RAD * (q(Math.sin(y1 * RAD)) + q(Math.sin(y2 * RAD)));
  }
  return (sum / POLE / 2) * AUTHALIC ** 2;
}

/** The polygons of a geometry, as lists of rings. */
export function polygonsOf(geometry) {
  if (!geometry) return [];
  if (geometry.type === "Polygon") return [geometry.coordinates];
  if (geometry.type === "MultiPolygon") return geometry.coordinates;
  if (geometry.type === "GeometryCollection") return geometry.geometries.flatMap(polygonsOf);
  return [];
}

/** [west, south, east, north] of some features, null when they hold nothing. */
export function boxOf(features) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const visit = (coordinates) => {
    if (typeof coordinates[0] !== "number") coordinates.forEach(visit);
    else {
      box[0] = Math.min(box[0], coordinates[0]);
      box[1] = Math.min(box[1], coordinates[1]);
      box[2] = Math.max(box[2], coordinates[0]);
      box[3] = Math.max(box[3], coordinates[1]);
    }
  };
  for (const { geometry } of features) polygonsOf(geometry).forEach(visit);
  return Number.isFinite(box[0]) ? box : null;
}

/** Whether two boxes touch. */
export function boxesMeet(one, other) {
  return one[0] <= other[2] && other[0] <= one[2] && one[1] <= other[3] && other[1] <= one[3];
}

/** Kilometres from a box to another, 0 when they touch. */
export function boxDistanceKm(one, other) {
  const dx = Math.max(0, other[0] - one[2], one[0] - other[2]);
  const dy = Math.max(0, other[1] - one[3], one[1] - other[3]);
  const squeeze = Math.cos(((one[1] + one[3] + other[1] + other[3]) / 4) * RAD);
  return Math.hypot(dx * squeeze, dy) * RAD * (A / 1000);
}

/** A point moved by metres to the east and to the north. */
export function moved([x, y], east, north) {
  const sine = Math.sin(y * RAD);
  const w = Math.sqrt(1 - E2 * sine * sine);
  return [x + east / ((A / w) * Math.cos(y * RAD) * RAD), y + north / (((A * (1 - E2)) / w ** 3) * RAD)];
}

/** Where the rings of a geometry cross themselves, as points; only outlines of a reasonable size are looked at. */
export function crossings(geometry) {
  const found = [];
  for (const ring of polygonsOf(geometry).flat()) {
    if (ring.length > MOST_CHECKED) continue;
    for (let i = 0; i < ring.length - 1; i += 1) {
      for (let j = i + 2; j < ring.length - 1; j += 1) {
        if (i === 0 && j === ring.length - 2) continue;
        const point = crossing(ring[i], ring[i + 1], ring[j], ring[j + 1]);
        if (point) found.push(point);
      }
    }
  }
  return found;
}

function crossing([ax, ay], [bx, by], [cx, cy], [dx, dy]) {
  const det = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx);
  if (det === 0) return null;
  const s = ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / det;
  const t = ((cx - ax) * (by - ay) - (cy - ay) * (bx - ax)) / det;
  return s > 0 && s < 1 && t > 0 && t < 1 ? [ax + s * (bx - ax), ay + s * (by - ay)] : null;
}

/** A closed ring from points; coordinates kept to about one centimetre. */
export function closed(points) {
  const ring = points.map(([x, y]) => [round(x), round(y)]);
  const [first, last] = [ring[0], ring.at(-1)];
  if (first[0] !== last[0] || first[1] !== last[1]) ring.push([...first]);
  return ring;
}

const round = (value) => Math.round(value * 1e7) / 1e7;

/** The loops of rings that cross themselves, as a polygon or several; null when loops lie in each other. */
export function untangled(geometry) {
  if (polygonsOf(geometry).some((rings) => rings.length > 1)) return null;
  const loops = polygonsOf(geometry).flatMap(([ring]) => loopsOf(ring)).filter((loop) => loop.length > 3 && areaHa({ type: "Polygon", coordinates: [loop] }) > 1e-4);
  const nested = loops.some((loop, index) => loops.some((other, rank) => rank !== index && inside(loop[0], other) && inside(loop[1], other)));
  if (!loops.length || nested) return null;
  return loops.length === 1 ? { type: "Polygon", coordinates: [loops[0]] } : { type: "MultiPolygon", coordinates: loops.map((loop) => [loop]) };
}

function loopsOf(ring) {
  for (let i = 0; i < ring.length - 1; i += 1) {
    for (let j = i + 2; j < ring.length - 1; j += 1) {
      if (i === 0 && j === ring.length - 2) continue;
      const point = crossing(ring[i], ring[i + 1], ring[j], ring[j + 1]);
      if (!point) continue;
      return [...loopsOf(closed([point, ...ring.slice(i + 1, j + 1)])), ...loopsOf(closed([...ring.slice(0, i + 1), point, ...ring.slice(j + 1, -1)]))];
    }
  }
  return [ring];
}

function inside([x, y], ring) {
  let odd = false;
  for (let i = 0; i < ring.length - 1; i += 1) {
    const [[x1, y1], [x2, y2]] = [ring[i], ring[i + 1]];
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) odd = !odd;
  }
  return odd;
}
