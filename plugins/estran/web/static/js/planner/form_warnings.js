// What is possible but unlikely in a project, against its outline: a slip of unit, more land than there is.

import { say } from "../text.js";
import { scaled } from "./check.js";
import { writeNumber } from "./fields_number.js";

const M2_PER_HA = 1e4;
const MOST_STOREYS = 12;
const FAR_TOO_MUCH = 100;
const HUGE_M2 = 1e6;

/**
 * Warnings on the inputs of a project.
 * @param {object} values Inputs as typed.
 * @param {number|null} areaHa Area of the outline, when it is known.
 * @param {Map<string, { given: number, unit: string, value: number }>} converted Numbers typed with another unit, by path.
 * @returns {import("./check.js").Problem[]}
 */
export function warnings(values, areaHa, converted) {
  return [...landAfter(values, areaHa), ...sealing(values, areaHa), ...floors(values, areaHa), ...units(values, areaHa, converted)];
}

function landAfter({ after, sealed_m2, desealed_m2 }, areaHa) {
  const sum = Object.values(after ?? {}).reduce((total, each) => total + (each || 0), 0);
  const path = ["after"];
  const title = say("Land after the project");
  if (sum > 0 && (sealed_m2 || desealed_m2)) {
    return [{ path, title, message: say("Give either the areas by class, or the sealed and unsealed land: the same ground would count twice."), fix: { label: say("Keep the classes"), set: [[["sealed_m2"], undefined], [["desealed_m2"], undefined]] } }];
  }
  if (!areaHa || sum <= areaHa * 1.0005) return [];
  const [total, outline] = [hectares(sum), hectares(areaHa)];
  if (sum > areaHa * FAR_TOO_MUCH) {
    return [{ path, title, message: say("{sum} ha in an outline of {area} ha? You probably meant {sum} m².", { sum: total, area: outline }), fix: { label: say("Correct"), value: scaled(after, 1 / M2_PER_HA) } }];
  }
  return [{ path, title, message: say("After the project, the areas make {sum} ha for an outline of {area} ha. That is {excess} ha too many.", { sum: total, area: outline, excess: hectares(sum - areaHa) }), fix: { label: say("Adjust"), value: scaled(after, areaHa / sum) } }];
}

function sealing({ sealed_m2, desealed_m2 }, areaHa) {
  const sum = (sealed_m2 || 0) + (desealed_m2 || 0);
  if (!areaHa || sum <= areaHa * M2_PER_HA) return [];
  const path = [sealed_m2 > (desealed_m2 || 0) ? "sealed_m2" : "desealed_m2"];
  return [{ path, title: say("Sealed land"), level: "warning", message: say("{sum} m² in an outline of {area} ha, that is {all} m². Check the figure.", { sum: writeNumber(sum), area: hectares(areaHa), all: writeNumber(Math.round(areaHa * M2_PER_HA)) }) }];
}

function floors({ programme, after }, areaHa) {
  const footprint = (after?.building || areaHa || 0) * M2_PER_HA;
  const floor = (programme ?? []).reduce((total, row) => total + (row.floor_area_m2_sref || 0), 0);
  if (!footprint || floor <= MOST_STOREYS * footprint) return [];
  const largest = programme.reduce((best, row, index) => ((row.floor_area_m2_sref || 0) > (programme[best].floor_area_m2_sref || 0) ? index : best), 0);
  const storeys = writeNumber(Math.round(floor / footprint));
  return [{ path: ["programme", largest, "floor_area_m2_sref"], title: say("Floor area"), level: "warning", message: say("Very large floor area for this footprint ({storeys} storeys). Check the unit: m², not ha.", { storeys }) }];
}

function units(values, areaHa, converted) {
  return [...converted.entries()].flatMap(([key, { given, unit, value }]) => {
    const path = key.split(".").map((step) => (/^\d+$/.test(step) ? Number(step) : step));
    if (path.reduce((found, step) => found?.[step], values) !== value || unit === "%") return [];
    const tooLarge = unit.toLowerCase() === "ha" && value > (areaHa ? areaHa * M2_PER_HA : HUGE_M2);
    if (tooLarge) return [{ path, title: "", level: "warning", message: say("{given} ha? You probably meant {given} m².", { given: writeNumber(given) }), fix: { label: say("Correct"), value: given } }];
    return [{ path, title: "", level: "note", message: say("{given} {unit} were converted.", { given: writeNumber(given), unit }) }];
  });
}

function hectares(area) {
  return writeNumber(Number(area < 10 ? area.toFixed(2) : area.toFixed(1)));
}
