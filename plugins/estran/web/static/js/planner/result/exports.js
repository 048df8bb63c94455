// A result as a file: the same question asked again in another format, as a job when the server takes its time.

import { language, say } from "../../text.js";
import { plainNumber } from "../numbers.js";

const root = document.querySelector('meta[name="estran-base"]')?.dataset.root ?? "";
const POLL_MS = [300, 500, 1000, 2000];

/** The formats that the processes offer besides JSON; some need a place. */
export const FORMATS = [
  { title: "CSV", type: "text/csv", extension: "csv", needsPlace: false },
  { title: "Excel (XLSX)", type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", extension: "xlsx", needsPlace: false },
  { title: "GeoPackage", type: "application/geopackage+sqlite3", extension: "gpkg", needsPlace: true },
  { title: "GeoJSON", type: "application/geo+json", extension: "geojson", needsPlace: true },
];

/**
 * Ask a process for a file.
 * @param {string} processId
 * @param {{ inputs: object }} request
 * @param {{ type: string }} format
 * @param {{ signal: AbortSignal, onProgress?: (share: number|null) => void }} options
 * @returns {Promise<Blob>}
 */
export async function exported(processId, request, format, { signal, onProgress = () => {} }) {
  const headers = { "Content-Type": "application/json", Accept: `${format.type}, application/json;q=0.5`, "Accept-Language": language, Prefer: "respond-async" };
  const body = JSON.stringify({ ...request, outputs: { result: { format: { mediaType: format.type } } }, response: "raw" });
  const response = await fetch(`${root}/processes/${processId}/execution`, { method: "POST", headers, body, signal });
  if (response.status !== 201) return file(response);
  const address = new URL(response.headers.get("Location"), location.href).pathname;
  signal.addEventListener("abort", () => fetch(address, { method: "DELETE", keepalive: true }).catch(() => null), { once: true });
  for (let turn = 0; ; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS[Math.min(turn, POLL_MS.length - 1)]));
    signal.throwIfAborted();
    const state = await (await fetch(`${address}?f=json`, { signal, headers: { Accept: "application/json", "Accept-Language": language } })).json();
    onProgress(state.progress ?? null);
    if (state.status === "accepted" || state.status === "running") continue;
    return file(await fetch(`${address}/results`, { signal, headers: { Accept: `${format.type}, application/json;q=0.5`, "Accept-Language": language } }));
  }
}

async function file(response) {
  if (response.ok) return named(response);
  const problem = await response.json().catch(() => ({}));
  throw new Error(problem.detail ?? problem.title ?? `${response.status}`);
}

/** The content, under the name that the server gives it, if any. */
async function named(response) {
  const blob = await response.blob();
  const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
  return name ? new File([blob], name, { type: blob.type }) : blob;
}

/** The weight of a file in words. */
export const bytesOf = (size) => (size >= 1e6 ? `${plainNumber(size / 1e6)}\u00a0${say("MB")}` : `${plainNumber(size / 1e3)}\u00a0${say("kB")}`);
