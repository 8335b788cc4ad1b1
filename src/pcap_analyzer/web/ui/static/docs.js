// The API for people, from its OpenAPI document.

import { make } from "/static/shared/js/dom.js";
import { get } from "./api.js";
import { start } from "./shell.js";
import { word } from "./words.js";

const cells = (values) => values.map((value) => make("td", {}, value));

const table = (titles, rows) =>
  make("table", { class: "rows" },
    make("thead", {}, make("tr", {}, ...titles.map((title) => make("th", { scope: "col" }, title)))),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, ...cells(row)))));

const operation = (method, path, { description, parameters = [], responses }) => {
  const element = make("article", { class: "card operation" }, make("h3", {}, `${method.toUpperCase()} ${path}`), make("p", {}, description ?? ""));
  if (parameters.length) {
    const rows = parameters.map((each) => [each.name, each.in, each.description ?? ""]);
    element.append(table([word("parameter"), word("where"), word("meaning")], rows));
  }
  element.append(table([word("answers"), word("meaning")], Object.entries(responses).map(([status, each]) => [status, each.description ?? ""])));
  return element;
};

start();
const { paths } = await get("/openapi.json");
const all = Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, each]) => operation(method, path, each)));
document.getElementById("operations").append(...all);
