// A report as an application: which view the address names, and what all views share.

import { make } from "/static/shared/js/dom.js";
import { get } from "./api.js";
import { showConnection, showConnections } from "./connections.js";
import { showReport } from "./reading.js";
import { showShares } from "./shares.js";
import { greet, start } from "./shell.js";
import { showSql } from "./sql.js";
import { word } from "./words.js";

const [, , id, view = "", place = ""] = window.location.pathname.split("/");
const key = new URLSearchParams(window.location.search).get("share");

/** An address of the service, with the key of the link by which somebody came. */
const at = (path) => key ? `${path}${path.includes("?") ? "&" : "?"}share=${encodeURIComponent(key)}` : path;

const content = document.getElementById("content");
const task = { id, at, get: (path) => get(at(path)), page: (path = "") => at(`/explore/${id}${path}`) };

const VIEWS = {
  "": ["report", showReport],
  connections: ["connections", place ? (...all) => showConnection(...all, Number(place)) : showConnections],
  sql: ["sql", showSql],
  share: ["share", showShares],
};

const drawTabs = (names) => document.getElementById("tabs").append(...names.map((name) => {
  const link = make("a", { href: task.page(name && `/${name}`) }, word(VIEWS[name][0]));
  if (name === view) link.setAttribute("aria-current", "page");
  return link;
}));

const say = (sentence) => content.replaceChildren(make("main", { class: "up", id: "main", tabindex: "-1" },
  make("h1", {}, word("report")), make("p", { class: "lead", role: "alert" }, sentence),
  make("p", {}, make("a", { href: "/", class: "btn" }, word("upload")))));

const open = async () => {
  const state = await task.get(`/status/${id}`);
  if (["pending", "processing"].includes(state.status)) return window.location.replace(`/tasks/${id}`);
  document.getElementById("file").textContent = state.file_name;
  document.title = `${state.file_name} – PCAP Analyzer`;
  if (state.status !== "completed") return say(state.status === "expired" ? word("gone") : state.error?.detail ?? word(state.status));
  const limits = await get("/limits");
  drawTabs(Object.keys(VIEWS).filter((name) => name !== "share" || (!key && limits.share_days)));
  return (VIEWS[view] ?? VIEWS[""])[1](content, task, limits);
};

start();
if (!key) await greet();
try {
  await open();
} catch (error) {
  say(error.status === 404 ? word("unknown") : error.message);
}
