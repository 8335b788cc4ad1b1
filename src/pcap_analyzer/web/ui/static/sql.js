// The SQL console: one question at a time, with an end to its time and a button that ends it sooner.

import { make } from "/static/shared/js/dom.js";
import { get } from "./api.js";
import { language, word } from "./words.js";

const EXAMPLES = [
  "SELECT server, count(*) AS connections, sum(server_wire_bytes) AS bytes\nFROM flows GROUP BY server ORDER BY bytes DESC LIMIT 20",
  "SELECT category, side, sum(duration_ns) / 1e9 AS seconds\nFROM tcp_ledger GROUP BY ALL ORDER BY seconds DESC",
  "SELECT kind, count(*) AS events FROM tcp_events GROUP BY kind ORDER BY events DESC",
];
const RIGHT = /^(U?(BIG|SMALL|TINY|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL)/;

const result = ({ columns, rows }) => {
  const sides = columns.map(({ type }) => RIGHT.test(type) ? { class: "num" } : {});
  const head = columns.map(({ name, type }, place) => make("th", { scope: "col", title: type, ...sides[place] }, name));
  const body = rows.map((row) => make("tr", {}, ...row.map((value, place) =>
    make("td", sides[place], value === null ? make("span", { class: "faint" }, "NULL") : value))));
  return make("table", { class: "rows grid", translate: "no" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...body));
};

const catalogue = (tables) => tables.map(({ name, sentence, on_demand, columns }) => make("details", { class: "tabledoc" },
  make("summary", {}, make("code", { translate: "no" }, name), " ", make("span", {}, sentence), on_demand ? ` ${word("partly")}` : ""),
  make("dl", {}, ...columns.flatMap(({ name: column, type, unit, sentence: told }) =>
    [make("dt", { translate: "no" }, `${column} `, make("span", { class: "faint" }, [type, unit].filter(Boolean).join(", "))), make("dd", {}, told)]))));

export const showSql = async (content, task, limits) => {
  const editor = make("textarea", { class: "mono", rows: "6", spellcheck: "false", "aria-label": "SQL", translate: "no" });
  const run = make("button", { class: "btn primary", type: "button" }, word("run"));
  const stop = make("button", { class: "btn", type: "button" }, word("cancel"));
  const told = make("p", { class: "dim", role: "status" }), error = make("p", { class: "error", role: "alert" });
  const place = make("div", { class: "card scroll", tabindex: "0", role: "region", "aria-label": word("result") });
  const save = make("a", { class: "btn", download: "" }, "CSV");
  let request = null;
  save.hidden = true;
  stop.hidden = true;
  place.hidden = true;
  editor.value = new URLSearchParams(window.location.search).get("query") ?? EXAMPLES[0];

  const ask = async () => {
    request?.abort();
    request = new AbortController();
    stop.hidden = false;
    error.textContent = "";
    told.textContent = word("asking");
    const address = new URL(window.location.href);
    address.searchParams.set("query", editor.value);
    window.history.replaceState(null, "", address);
    try {
      const wanted = task.at(`/sql/${task.id}?query=${encodeURIComponent(editor.value)}&language=${language}`);
      const answer = await fetch(wanted, { signal: request.signal });
      const found = await answer.json();
      if (!answer.ok) throw new Error([found.detail, found.advice].filter(Boolean).join(" "));
      told.textContent = word(found.more ? "firstRows" : "rowsFound", found.rows.length, found.took_ms);
      place.replaceChildren(result(found));
      place.hidden = false;
      save.href = `${wanted}&format=csv&limit=10000`;
      save.hidden = false;
    } catch (problem) {
      told.textContent = problem.name === "AbortError" ? word("stopped") : "";
      if (problem.name !== "AbortError") error.textContent = problem.message;
    }
    stop.hidden = true;
  };
  run.addEventListener("click", ask);
  stop.addEventListener("click", () => request.abort());
  editor.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) ask();
  });
  const examples = EXAMPLES.map((text, index) => {
    const button = make("button", { class: "btn", type: "button" }, word(`example_${index}`));
    button.addEventListener("click", () => { editor.value = text; ask(); });
    return button;
  });
  content.replaceChildren(make("main", { class: "up wide", id: "main", tabindex: "-1" },
    make("h1", {}, "SQL"), make("p", { class: "dim" }, word("sqlNote", limits.sql_timeout_s)),
    make("p", { class: "chips" }, ...examples), editor,
    make("p", { class: "pager" }, run, " ", stop, " ", make("span", { class: "faint" }, word("runKey")), " ", save), error, told, place,
    make("section", {}, make("h2", {}, word("tables")), ...catalogue(await get(`/tables?language=${language}`)))));
};
