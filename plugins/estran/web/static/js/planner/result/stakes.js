// What is at stake on the place: the wetlands touched and the carbon present today, asked of the stock of the same place.

import { make } from "../../dom.js";
import { say } from "../../text.js";
import { figure, scaleOf, words } from "../numbers.js";
import { hectares } from "./figures.js";
import { indicator, isHidden, lower } from "./reading.js";

const STOCK = "carbon-stock";
const ASKED = new Set(["project-impact", "sequestration-potential"]);

/** Fill the place of the stakes, when the question changes a place. */
export async function stakes(box, envelope, { processId, project }) {
  if (!box || !ASKED.has(processId)) return;
  const [state, { run }] = await Promise.all([import("../state.js"), import("../run.js")]);
  const variant = project.variants[project.current];
  if (!state.hasPlace(variant.place)) return;
  const { inputs } = state.requestOf({ ...variant, inputs: {} }, STOCK);
  const stock = await run(STOCK, { inputs });
  const total = indicator(stock, "total");
  const hideCentre = isHidden(stock);
  const wet = wetlands(stock);
  const lost = (envelope.warnings ?? []).filter(({ code }) => code === "wetland-lost").map(({ message }) => words(message));
  const lines = [
    ...wet.map((row) => say("{area} of {what}: {figure} in place", { area: hectares(row.area), what: lower(row.title), figure: row.value === null ? say("not evaluated") : figure(row, { hideCentre, scale: scaleOf([row]) }) })),
    ...lost,
    total?.value ? say("The whole place holds {figure} today.", { figure: figure(total, { hideCentre, scale: scaleOf([total]) }) }) : null,
  ].filter(Boolean);
  if (!lines.length || !box.isConnected) return;
  box.replaceChildren(
    make(
      "section",
      { class: "result-stakes" },
      make("h3", {}, wet.length ? say("At stake: wetlands") : say("At stake: the carbon in place")),
      make("ul", {}, lines.map((line) => make("li", {}, line))),
      wet.length || lost.length ? make("p", {}, make("a", { href: `#etape=comparer&question=${encodeURIComponent(processId)}` }, say("Avoid, reduce, offset"))) : null,
    ),
  );
}

/** The rows of the wetlands: their soil, which holds nearly all their carbon. */
function wetlands({ breakdown }) {
  return (breakdown ?? []).filter(({ wetland, pool, area }) => wetland && pool === "soil" && area > 0).map((row) => ({ ...row, title: words(row.title).split(/\s*[:\u00a0]+:?\s/)[0] || words(row.title) }));
}
