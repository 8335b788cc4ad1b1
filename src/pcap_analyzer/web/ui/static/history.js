// All tasks, newest first, a page at a time.

import { make } from "/static/shared/js/dom.js";
import { get, send } from "./api.js";
import { language, moment, number, seconds, size, word } from "./words.js";

const PAGE = 20;
const STATES = ["pending", "processing", "completed", "failed", "expired", "timeout", "cancelled"];

const find = document.getElementById("find");
const state = document.getElementById("state");
const place = document.getElementById("history");
const newer = document.getElementById("newer");
const older = document.getElementById("older");
let offset = 0;

const remove = async (task) => {
  if (!window.confirm(word("removeSure", task.file_name))) return;
  await send("DELETE", `/report/${task.task_id}`);
  await refresh();
};

const name = (task) => {
  const text = task.links.page ? make("a", { href: task.links.page }, task.file_name) : make("b", {}, task.file_name);
  const facts = [task.size_bytes && size(task.size_bytes), task.packets !== null && `${number(task.packets)} ${word("packets").toLowerCase()}`];
  return make("td", { translate: "no" }, text, make("div", { class: "faint" }, facts.filter(Boolean).join(", ")));
};

const verdict = (task) => {
  if (task.status === "completed") return make("td", {}, task.summary?.sentences?.[language] ?? task.summary?.sentence ?? "");
  const why = task.error?.detail ?? (task.status === "expired" ? word("gone") : "");
  return make("td", {}, make("span", { class: `st ${task.status}` }, word(task.status)), " ", make("span", { class: "dim" }, why));
};

const row = (task) => {
  const cost = task.summary?.cost_s;
  const actions = make("td", { class: "num" });
  if (task.links.report) {
    const button = make("button", { class: "btn", type: "button", "aria-label": `${word("remove")} ${task.file_name}` }, word("remove"));
    button.addEventListener("click", () => remove(task));
    actions.append(button);
  }
  return make("tr", {}, name(task), verdict(task),
    make("td", { class: "num" }, cost === null || cost === undefined ? "–" : seconds(cost)),
    make("td", {}, moment(task.created_at)),
    make("td", {}, task.status === "completed" && task.expires_at ? moment(task.expires_at) : "–"), actions);
};

export const refresh = async () => {
  const query = new URLSearchParams({ search: find.value, limit: PAGE, offset });
  if (state.value) query.set("status", state.value);
  const { tasks, total } = await get(`/history?${query}`);
  newer.hidden = offset === 0;
  older.hidden = offset + PAGE >= total;
  if (!tasks.length) {
    place.replaceChildren(make("p", { class: "room dim" }, word(find.value || state.value ? "nothing" : "empty")));
    return;
  }
  const titles = ["capture", "verdict", "lost", "analysed", "kept", "actions"].map((key) => make("th", { scope: "col" }, word(key)));
  const body = make("tbody", {}, ...tasks.map(row));
  place.replaceChildren(make("table", { class: "rows" }, make("thead", {}, make("tr", {}, ...titles)), body));
};

export const startHistory = () => {
  state.replaceChildren(make("option", { value: "" }, word("all")), ...STATES.map((key) => make("option", { value: key }, word(key))));
  const again = () => { offset = 0; refresh(); };
  find.addEventListener("input", again);
  state.addEventListener("change", again);
  newer.addEventListener("click", () => { offset = Math.max(0, offset - PAGE); refresh(); });
  older.addEventListener("click", () => { offset += PAGE; refresh(); });
  return refresh();
};
