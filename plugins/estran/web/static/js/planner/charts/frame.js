// A chart in the page: its finding, its drawing at the width there is, its table, its picture and its numbers to take away.

import { make } from "../../dom.js";
import { language, say } from "../../text.js";
import { FONT, INK, MUTED, wrapped } from "./canvas.js";

const PNG_SCALE = 2;
const PNG_WIDTH = 960;
let framed = 0;

/**
 * Put a chart in a figure that follows the width of the page.
 * @param {(data: object, options: { width: number }) => object} chart One of this folder.
 * @param {object} data What it draws.
 * @param {{ name?: string, onItem?: (id: string|null) => void, level?: string }} [options] `name` begins the names of the files; `onItem` is told of the row under the pointer or the keyboard.
 * @returns {HTMLElement & { highlight: (id: string|null) => void }}
 */
export function frame(chart, data, { name = "estran", onItem = null, level = "h3" } = {}) {
  const id = `figure-${(framed += 1)}`;
  let given = data;
  let width = 0;
  let made = chart(given, { width: 640 });
  const drawing = make("div", { class: "chart-drawing" });
  const tableBox = make("div", { id: `${id}-table`, class: "chart-table", hidden: true });
  const more = make("button", { type: "button", class: "linklike", hidden: true });
  const shown = make("button", { type: "button", class: "small-button", "aria-expanded": "false", "aria-controls": `${id}-table` }, say("Table"));
  const figure = make(
    "figure",
    { class: "chart", "aria-labelledby": `${id}-title` },
    make("figcaption", {}, make(level, { id: `${id}-title`, class: "chart-title" }, made.title), made.subtitle ? make("p", { class: "chart-subtitle" }, made.subtitle) : null),
    drawing,
    more,
    made.caption ? make("p", { class: "chart-caption" }, made.caption) : null,
    make("div", { class: "chart-tools" }, shown, make("button", { type: "button", class: "small-button", onclick: () => savePicture(chart, given, name) }, "PNG"), make("button", { type: "button", class: "small-button", onclick: () => saveFile(csvText(made.csv), "text/csv", `${name}.csv`) }, "CSV")),
    tableBox,
  );
  tableBox.append(tableOf(made, onItem));

  function redraw() {
    made = chart(given, { width });
    made.svg.setAttribute("aria-describedby", `${id}-table`);
    drawing.replaceChildren(made.svg);
    more.hidden = !made.hidden;
    more.textContent = say("See the {count} others", { count: made.hidden });
    if (onItem) bindRows(made.svg, onItem);
  }

  shown.addEventListener("click", () => {
    tableBox.hidden = !tableBox.hidden;
    shown.setAttribute("aria-expanded", String(!tableBox.hidden));
  });
  more.addEventListener("click", () => {
    given = { ...given, most: Infinity };
    redraw();
    shown.focus();
  });
  const watcher = new ResizeObserver(([entry]) => {
    const next = Math.floor(entry.contentRect.width);
    if (next < 60 || Math.abs(next - width) < 4) return;
    width = next;
    redraw();
  });
  watcher.observe(drawing);
  figure.highlight = (item) => mark(figure, item);
  return figure;
}

function bindRows(svg, onItem) {
  for (const row of svg.querySelectorAll("[data-item]")) {
    row.addEventListener("pointerenter", () => onItem(row.dataset.item));
    row.addEventListener("pointerleave", () => onItem(null));
  }
}

/** Mark the row of an item, in the drawing and in the table. */
function mark(figure, item) {
  for (const row of figure.querySelectorAll("[data-item]")) {
    const isIt = item !== null && row.dataset.item === item;
    row.classList.toggle("is-active", isIt);
    row.querySelector(":scope > rect")?.setAttribute("fill", isIt ? "#EAF1F8" : "transparent");
  }
}

/** The numbers of a chart as a table. */
export function tableOf({ table, title, subtitle }, onItem = null) {
  const rows = table.rows.map((cells, index) =>
    make("tr", { "data-item": table.ids?.[index] || null, ...(onItem && table.ids?.[index] ? { onpointerenter: () => onItem(table.ids[index]), onpointerleave: () => onItem(null) } : {}) }, cells.map((cell, column) => (column === 0 ? make("th", { scope: "row" }, cell) : make("td", { class: column < 4 ? "number" : null, "data-label": table.heads[column] }, cell)))),
  );
  return make(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": title },
    make("table", { class: "pairs" }, make("caption", {}, [title, subtitle].filter(Boolean).join(" – ")), make("thead", {}, make("tr", {}, table.heads.map((head, column) => make("th", { scope: "col", class: column ? "number" : null }, head)))), make("tbody", {}, rows)),
  );
}

/** Numbers of a chart as a file: comma, plain dot, no grouping, UTF-8 with its mark so that spreadsheets read the accents. */
export function csvText(rows) {
  const cell = (value) => (value === null || value === undefined ? "" : typeof value === "number" ? String(value) : /[",\n;]/.test(value) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
  return `\uFEFF${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

/** Give a file to the reader. */
export function saveFile(content, type, name) {
  const link = make("a", { href: URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** The chart as a picture: title above, caption under, twice as fine as the screen. */
export async function picture(chart, data) {
  const { svg, title, subtitle, caption } = chart({ ...data, most: data.most ?? 12 }, { width: PNG_WIDTH });
  const head = [...wrapped(title, PNG_WIDTH * 0.85, 3).map((text) => [text, 17, 600, INK]), [subtitle, 14, 400, MUTED]].filter(([text]) => text);
  const foot = wrapped(caption ?? "", PNG_WIDTH, 4).filter(Boolean);
  const tall = Number(svg.getAttribute("height"));
  const height = 24 * head.length + 16 + tall + 20 * foot.length + 24;
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const address = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(svg)], { type: "image/svg+xml" }));
  const image = new Image(PNG_WIDTH, tall);
  image.src = address;
  await image.decode();
  URL.revokeObjectURL(address);
  const sheet = document.createElement("canvas");
  Object.assign(sheet, { width: (PNG_WIDTH + 48) * PNG_SCALE, height: (height + 32) * PNG_SCALE });
  const pen = sheet.getContext("2d");
  pen.scale(PNG_SCALE, PNG_SCALE);
  pen.fillStyle = "#FFFFFF";
  pen.fillRect(0, 0, sheet.width, sheet.height);
  pen.translate(24, 16);
  let y = 0;
  for (const [text, size, weight, colour] of head) y = writeLine(pen, text, y, size, weight, colour);
  pen.drawImage(image, 0, y + 10, PNG_WIDTH, tall);
  y += tall + 16;
  for (const text of foot) y = writeLine(pen, text, y, 13, 400, MUTED, 20);
  return new Promise((resolve) => sheet.toBlob(resolve, "image/png"));
}

function writeLine(pen, text, y, size, weight, colour, leading = 24) {
  pen.font = `${weight} ${size}px ${FONT}`;
  pen.fillStyle = colour;
  pen.fillText(text, 0, y + 16);
  return y + leading;
}

async function savePicture(chart, data, name) {
  saveFile(await picture(chart, data), "image/png", `${name}.${language}.png`);
}
