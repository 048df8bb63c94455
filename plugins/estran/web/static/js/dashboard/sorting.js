// Tables that a reader sorts: each title becomes a button, and the sense of the sort is told.

import { make } from "../dom.js";
import { language, say } from "../text.js";

/** Make the columns of a table sort its rows; the last row, of the whole, stays in its place. */
export function sortable(table) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = make("button", { type: "button", class: "sort", title: say("Sort by {column}", { column: head.firstChild.textContent.trim() }) });
    button.append(...head.childNodes, make("span", { class: "arrow", "aria-hidden": "true" }));
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const descending = head.getAttribute("aria-sort") === "ascending" || (!head.hasAttribute("aria-sort") && head.classList.contains("number"));
      heads.forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      sort(table.tBodies[0], column, descending);
    });
  });
}

function sort(body, column, descending) {
  const rows = [...body.rows].map((row) => ({ row, value: valueOf(row.cells[column]) }));
  rows.sort((one, other) => compare(one.value, other.value, descending));
  body.append(...rows.map(({ row }) => row));
}

/** The number or the text of a cell; null when it holds nothing, which always comes last. */
function valueOf(cell) {
  if (!cell) return null;
  const given = cell.dataset.value;
  if (given === undefined) return cell.textContent.trim();
  if (given === "") return null;
  return Number.isNaN(Number(given)) ? given : Number(given);
}

function compare(one, other, descending) {
  if (one === null || other === null) return (one === null) - (other === null);
  const order = typeof one === "number" && typeof other === "number" ? one - other : String(one).localeCompare(String(other), language, { numeric: true });
  return descending ? -order : order;
}
