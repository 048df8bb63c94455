// The pages of a report, by the PDF viewer of the browser where it has one.

import { make } from "../dom.js";
import { say } from "../text.js";

let address = null;

/** Show a PDF file. @param {HTMLElement} box @param {Blob} file */
export function showPages(box, file) {
  if (address) URL.revokeObjectURL(address);
  address = null;
  if (!navigator.pdfViewerEnabled) {
    box.replaceChildren(make("p", { class: "note info" }, say("This browser does not show PDF files in a page: download the report to read it.")));
    return;
  }
  address = URL.createObjectURL(file);
  box.replaceChildren(
    make("p", { class: "note warn stale" }, say("These pages are from before your last changes: show them again.")),
    make("iframe", { src: `${address}#toolbar=1&navpanes=0&view=FitH`, title: say("Pages of the report") }),
  );
}

/** What stands where the pages will be. */
export function noPages(box) {
  box.replaceChildren(make("div", { class: "no-pages" }, make("p", {}, say("The pages will be shown here.")), make("p", { class: "small muted" }, say("A report takes from ten seconds to one minute; it can be cancelled."))));
}
