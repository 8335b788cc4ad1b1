// The long table: rows come from the data beside it, sorted and filtered, as many at a time as are drawn quickly.

import { island, make, makeSvg, unpackNumbers, unpackWords } from "./dom.js";
import { text } from "./units.js";
import { noun, say } from "./words.js";

const CHUNK = 100;

const key = (cell) => {
  if (cell === null) return -Infinity;
  if (Array.isArray(cell)) return cell[0];
  return cell;
};

const compare = (a, b) => {
  if (typeof a === "string" && typeof b === "string") return a.localeCompare(b, document.documentElement.lang, { numeric: true });
  return a < b ? -1 : a > b ? 1 : 0;
};

const named = ([name, below, target]) => {
  const head = target ? make("a", { href: `#${target}` }, name) : name;
  return [make("b", { translate: "no" }, head), make("span", { translate: "no" }, below)];
};

const span = ([start, end, activity], length) => {
  const svg = makeSvg("svg", { "aria-hidden": "true" });
  const percent = (value) => `${((value / length) * 100).toFixed(2)}%`;
  svg.append(makeSvg("rect", { y: "7", width: "100%", height: "2", class: "life" }));
  svg.append(makeSvg("rect", {
    x: percent(start), y: "4", width: `max(2px, ${percent(end - start)})`, height: "8", rx: "2", class: `f-${activity}`,
  }));
  // An attribute knows no max(): what is shorter than two points of the screen gets them.
  const life = svg.lastChild;
  life.setAttribute("width", (end - start) / length < 0.014 ? "2" : percent(end - start));
  return [svg];
};

const cell = (value, column, length) => {
  const element = make("td", { class: column.class });
  if (column.kind === "named") element.append(...named(value));
  else if (column.kind === "span") element.append(...span(value, length));
  else element.append(text(value, column.unit));
  return element;
};

/** The cells of a column, from the few characters that it is sent in. */
const unpack = (column) => {
  if (column.words) return unpackWords(column.words);
  if (column.numbers) return unpackNumbers(column.numbers);
  if (column.names) {
    return unpackWords(column.names).map((name, row) => [name, column.below[row], column.targets[row]]);
  }
  const starts = unpackNumbers(column.starts), ends = unpackNumbers(column.ends), kinds = unpackWords(column.activities);
  return starts.map((value, row) => [value, ends[row], kinds[row]]);
};

const start = (section) => {
  const { columns, length } = island(section.querySelector("[data-rows]"));
  const cells = columns.map(unpack);
  const rows = cells[0].map((_, row) => cells.map((column) => column[row]));
  const body = section.querySelector("tbody"), head = section.querySelector("thead tr");
  const counter = section.querySelector("[data-count]"), more = section.querySelector("[data-more]");
  const search = section.querySelector("input[type=search]");
  const haystacks = rows.map((row) => row.flatMap((value, index) =>
    columns[index].kind === "span" ? [] : columns[index].kind === "named" ? value.slice(0, 2) : text(value, columns[index].unit),
  ).join(" ").toLowerCase());
  let order = rows.map((_, index) => index), shown = CHUNK;

  const draw = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kept = order.filter((index) => words.every((word) => haystacks[index].includes(word)));
    body.replaceChildren(...kept.slice(0, shown).map((index) =>
      make("tr", {}, ...rows[index].map((value, at) => cell(value, columns[at], length)))));
    const things = noun(kept.length, counter.dataset.one, counter.dataset.many);
    counter.textContent = say("{shown} of {kept} shown.", {
      shown: text(Math.min(shown, kept.length), "count"), kept: `${text(kept.length, "count")} ${things}`,
    });
    more.hidden = kept.length <= shown;
  };

  const sort = (header, index) => {
    const falling = header.getAttribute("aria-sort") !== "descending";
    for (const other of head.children) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", falling ? "descending" : "ascending");
    const keys = rows.map((row) => key(row[index]));
    order.sort((a, b) => (falling ? -1 : 1) * compare(keys[a], keys[b]) || a - b);
    shown = CHUNK;
    draw();
  };

  [...head.children].forEach((header, index) => {
    header.querySelector("button").addEventListener("click", () => sort(header, index));
  });
  search.addEventListener("input", () => { shown = CHUNK; draw(); });
  more.addEventListener("click", () => { shown += 5 * CHUNK; draw(); });
  search.closest(".search").hidden = false;
  more.hidden = rows.length <= CHUNK;
};

export const startListings = () => document.querySelectorAll("[data-listing]").forEach(start);
