// What applies here; for administrators, every setting.

import { make } from "/static/shared/js/dom.js";
import { get } from "./api.js";
import { greet, start } from "./shell.js";
import { language, number, size, word } from "./words.js";

const row = ({ name, value, source, meaning }) => make("tr", {},
  make("td", {}, make("code", { translate: "no" }, name)), make("td", { translate: "no" }, value || "–"),
  make("td", {}, word(source)), make("td", { class: "dim" }, meaning));

start();
const me = await greet();
const limits = await get("/limits");
const facts = [
  ["largest", size(limits.max_upload_bytes)], ["largestUnpacked", size(limits.max_decompressed_bytes)],
  ["reportsLive", `${number(limits.report_ttl_hours)} h`], ["capturesLive", `${number(limits.keep_captures_hours)} h`],
  ["places", number(limits.max_queue_size)], ["atOnce", number(limits.workers)],
  ["sqlTime", `${number(limits.sql_timeout_s)} s`], ["linksLive", `${number(limits.share_days)} ${word("days").toLowerCase()}`],
  ["access", word(`access_${limits.access}`)],
];
document.getElementById("limits").append(...facts.map(([key, value]) =>
  make("div", {}, make("dt", {}, word(key)), make("dd", {}, value))));
if (me.admin) {
  const titles = ["setting", "value", "source", "meaning"].map((key) => make("th", { scope: "col" }, word(key)));
  const body = make("tbody", {}, ...(await get(`/configuration?language=${language}`)).map(row));
  document.getElementById("settings").append(
    make("table", { class: "rows all" }, make("thead", {}, make("tr", {}, ...titles)), body));
  document.getElementById("all").hidden = false;
}
