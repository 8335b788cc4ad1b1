// All connections of a capture, filtered and sorted by the service; and one of them, drawn.

import { make } from "/static/shared/js/dom.js";
import { language, number, seconds, size, word } from "./words.js";

const PAGE = 50;
const ORDERS = ["duration_ns", "first_time_ns", "client_wire_bytes", "server_wire_bytes", "client_packets"];
const EXAMPLES = ["protocol:tcp", "port:443", "longer:1", "bytes:1000000"];

/** The streams whose segments were kept, in order. */
const keptStreams = async (task) => {
  const query = encodeURIComponent("SELECT DISTINCT stream FROM tcp_segments ORDER BY stream");
  const { rows } = await task.get(`/sql/${task.id}?query=${query}&limit=10000`);
  return rows.map(([stream]) => Number(stream));
};

const cell = (key, child, more = {}) => make("td", { "data-key": word(key), ...more }, child);

const row = (flow, task, kept) => {
  const name = make("span", { translate: "no" }, `${flow.client} → ${flow.server}`);
  const drawn = flow.protocol === "tcp" && kept.has(flow.stream);
  const open = drawn ? make("a", { href: task.page(`/connections/${flow.stream}`) }, name) : name;
  return make("tr", {}, cell("connection", open),
    cell("protocol", flow.protocol === "tcp" ? `tcp ${flow.stream}` : flow.protocol),
    cell("duration", seconds(flow.duration_ns / 1e9), { class: "num" }),
    cell("toServer", size(flow.client_wire_bytes), { class: "num" }), cell("toClient", size(flow.server_wire_bytes), { class: "num" }),
    cell("packets", number(flow.client_packets + flow.server_packets), { class: "num" }));
};

export const showConnections = async (content, task) => {
  const query = new URLSearchParams(window.location.search);
  const find = make("input", { class: "find wide mono", type: "search", "aria-label": word("filterFlows"), placeholder: word("filterFlows") });
  const order = make("select", { "aria-label": word("sortedBy") }, ...ORDERS.map((name) => make("option", { value: name }, word(`order_${name}`))));
  const count = make("p", { class: "dim", role: "status" });
  const body = make("tbody");
  const newer = make("button", { class: "btn", type: "button" }, word("before"));
  const older = make("button", { class: "btn", type: "button" }, word("after"));
  const kept = new Set(await keptStreams(task));
  let offset = 0, asked = 0;
  find.value = query.get("search") ?? "";

  const refresh = async () => {
    const turn = asked += 1;
    const wanted = new URLSearchParams({ search: find.value, order: order.value, limit: PAGE, offset });
    const { rows, total } = await task.get(`/flows/${task.id}?${wanted}`);
    if (turn !== asked) return; // a later one has been answered
    count.textContent = word("flowsFound", total);
    body.replaceChildren(...rows.map((flow) => row(flow, task, kept)));
    newer.hidden = offset === 0;
    older.hidden = offset + PAGE >= total;
    const address = new URL(window.location.href);
    if (find.value) address.searchParams.set("search", find.value);
    else address.searchParams.delete("search");
    window.history.replaceState(null, "", address);
  };
  const again = () => { offset = 0; return refresh(); };
  find.addEventListener("input", again);
  order.addEventListener("change", again);
  newer.addEventListener("click", () => { offset -= PAGE; refresh(); });
  older.addEventListener("click", () => { offset += PAGE; refresh(); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.matches("input, textarea, select")) return;
    event.preventDefault();
    find.focus();
  });
  const chips = EXAMPLES.map((text) => {
    const chip = make("button", { class: "btn mono", type: "button", translate: "no" }, text);
    chip.addEventListener("click", () => { find.value = `${find.value} ${text}`.trim(); again(); });
    return chip;
  });
  const titles = ["connection", "protocol", "duration", "toServer", "toClient", "packets"]
    .map((key, place) => make("th", { scope: "col", ...(place > 1 ? { class: "num" } : {}) }, word(key)));
  const table = make("table", { class: "rows flows" }, make("thead", {}, make("tr", {}, ...titles)), body);
  content.replaceChildren(make("main", { class: "up", id: "main", tabindex: "-1" },
    make("h1", {}, word("connections")), make("p", { class: "dim" }, word("drawnNote", kept.size)),
    make("div", { class: "filterbar", role: "search" }, find, order), make("p", { class: "chips" }, ...chips), count,
    make("div", { class: "card" }, table), make("p", { class: "pager" }, newer, " ", older)));
  await refresh();
};

const neighbours = (streams, stream, task) => {
  const place = streams.indexOf(stream);
  const link = (other, key) => other === undefined ? "" : make("a", { class: "btn", href: task.page(`/connections/${other}`), rel: key }, word(key));
  return [link(streams[place - 1], "prev"), link(streams[place + 1], "next")];
};

const startNeighbourKeys = () => document.addEventListener("keydown", (event) => {
  const rel = { k: "prev", j: "next" }[event.key];
  if (!rel || event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  document.querySelector(`a[rel=${rel}]`)?.click();
});

/** Charts speak the language of what was drawn, so they come after it. */
const startDrawings = async () => {
  const [copy, plot, panels, sequence] = await Promise.all(
    ["copy", "plot", "panels", "sequence"].map((name) => import(`/static/shared/js/${name}.js`)));
  copy.startCopy();
  plot.startClock();
  panels.startPanels();
  sequence.startSequences();
};

export const showConnection = async (content, task, limits, stream) => {
  const [{ html }, streams] = await Promise.all([task.get(`/flows/${task.id}/${stream}/drawing?language=${language}`), keptStreams(task)]);
  // Made of escaped text by the service; parsed like this, nothing in it runs.
  const parts = [...new DOMParser().parseFromString(html, "text/html").body.children].map((part) => document.adoptNode(part));
  for (const part of parts) if (part.matches("details")) part.open = true;
  content.replaceChildren(make("main", { class: "up wide", id: "main", tabindex: "-1" },
    make("h1", {}, word("stream", stream)),
    make("p", { class: "pager" }, make("a", { class: "btn", href: task.page("/connections") }, word("allConnections")), " ", ...neighbours(streams, stream, task)),
    make("section", {}, ...parts)));
  await startDrawings();
  startNeighbourKeys();
};
