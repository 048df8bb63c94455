// The OpenAPI document as a list one can read and search.

import { make, pretty } from "./dom.js";
import { say } from "./text.js";

const METHODS = ["get", "post", "put", "patch", "delete"];

export async function start() {
  const place = document.querySelector("[data-openapi]");
  const search = document.querySelector("[data-openapi-search]");
  let document_;
  try {
    const response = await fetch(place.dataset.openapi, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(response.statusText);
    document_ = await response.json();
  } catch {
    place.replaceChildren(make("p", { class: "note error" }, say("The document could not be read.")));
    return;
  }
  const operations = listed(document_);
  const show = () => paint(place, document_, operations, search.value.trim().toLowerCase());
  search.addEventListener("input", show);
  show();
}

function listed({ paths, tags = [] }) {
  const known = new Map(tags.map((tag) => [tag.name, tag.description ?? tag.name]));
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => {
      const operation = item[method];
      const tag = operation.tags?.[0] ?? "";
      return {
        method,
        path,
        operation,
        parameters: [...(item.parameters ?? []), ...(operation.parameters ?? [])],
        group: tag,
        groupTitle: known.get(tag) ?? tag,
        text: `${method} ${path} ${operation.summary ?? ""} ${operation.description ?? ""} ${tag}`.toLowerCase(),
      };
    }),
  );
}

function paint(place, document_, operations, wanted) {
  const found = operations.filter((operation) => operation.text.includes(wanted));
  const groups = new Map();
  for (const operation of found) groups.set(operation.group, [...(groups.get(operation.group) ?? []), operation]);
  document.querySelector("[data-openapi-count]").textContent = say("Operations: {count}", { count: found.length });
  place.replaceChildren(
    ...[...groups].map(([group, members]) =>
      make("section", {}, make("h2", {}, group), members[0].groupTitle !== group ? make("p", { class: "muted" }, members[0].groupTitle) : null, members.map((member) => block(member, document_))),
    ),
  );
}

function block({ method, path, operation, parameters }, document_) {
  const details = make("details", {}, make("summary", {}, make("span", { class: "method" }, method.toUpperCase()), " ", make("code", {}, path), operation.summary ? make("span", { class: "muted" }, ` · ${operation.summary}`) : null));
  details.addEventListener("toggle", () => details.childElementCount === 1 && details.append(content({ method, path, operation, parameters }, document_)), { once: true });
  return details;
}

function content({ method, path, operation, parameters }, document_) {
  const resolved = parameters.map((parameter) => resolve(parameter, document_));
  const body = operation.requestBody ? resolve(operation.requestBody, document_) : null;
  const example = Object.values(body?.content ?? {})[0];
  const plainGet = method === "get" && !path.includes("{");
  return make(
    "div",
    {},
    operation.description && operation.description !== operation.summary ? make("p", {}, operation.description) : null,
    resolved.length ? parameterTable(resolved) : null,
    example ? [make("h3", {}, say("Body")), make("pre", { tabindex: 0 }, pretty(example.example ?? Object.values(example.examples ?? {})[0]?.value ?? example.schema ?? {}))] : null,
    make("h3", {}, say("Answers")),
    make("ul", {}, Object.entries(operation.responses ?? {}).map(([status, response]) => make("li", {}, make("code", {}, status), ` ${resolve(response, document_).description ?? ""}`))),
    plainGet ? make("p", {}, make("a", { class: "button", href: `${rootOf()}${path}${path.includes("?") ? "&" : "?"}f=json` }, say("Open"))) : null,
  );
}

function parameterTable(parameters) {
  const rows = parameters.map((parameter) => {
    const schema = parameter.schema ?? {};
    const values = schema.enum ? schema.enum.join(", ") : schema.default !== undefined ? `${say("by default:")} ${JSON.stringify(schema.default)}` : "";
    return make(
      "tr",
      {},
      make("th", { scope: "row" }, make("code", {}, parameter.name ?? ""), parameter.required ? [" ", make("span", { class: "badge" }, say("required"))] : null),
      make("td", { "data-label": say("Meaning") }, parameter.description ?? ""),
      make("td", { "data-label": say("Type") }, schema.type ?? ""),
      make("td", { "data-label": say("Values") }, values),
    );
  });
  return make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": say("Parameters") }, make("table", { class: "pairs" }, make("thead", {}, make("tr", {}, ["Parameters", "Meaning", "Type", "Values"].map((head) => make("th", { scope: "col" }, say(head))))), make("tbody", {}, rows)));
}

/** What a reference inside the document points at; a reference elsewhere is only named. */
function resolve(item, document_) {
  const reference = item?.$ref;
  if (!reference) return item ?? {};
  if (!reference.startsWith("#/")) return { name: reference.split("/").at(-1), description: reference };
  return reference.slice(2).split("/").reduce((inner, key) => inner?.[key.replaceAll("~1", "/").replaceAll("~0", "~")], document_) ?? {};
}

function rootOf() {
  return document.querySelector('meta[name="estran-base"]').dataset.root ?? "";
}
