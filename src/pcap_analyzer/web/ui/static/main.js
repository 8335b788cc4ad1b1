// Upload, progress and history.

import { get } from "./api.js";
import { Card } from "./card.js";
import { refresh, startHistory } from "./history.js";
import { greet, start } from "./shell.js";
import { create } from "./upload.js";
import { size, word } from "./words.js";

const drop = document.getElementById("drop");
const input = document.getElementById("file");
const refused = document.getElementById("refused");
const cards = document.getElementById("cards");
// Tasks that have a card already.
const shown = new Set();
let limits = null;

const refuse = (lines) => {
  refused.hidden = !lines.length;
  refused.textContent = lines.join(" ");
};

const add = (id, upload, open) => {
  shown.add(id);
  const card = new Card(id, upload, (state, ended) => {
    if (state.status === "completed" && open) return window.location.assign(state.links.page);
    if (state.error) refuse([`${state.file_name}: ${state.error.detail}`]);
    ended.element.remove();
    document.getElementById("running").hidden = !cards.children.length;
    return refresh();
  });
  cards.prepend(card.element);
  document.getElementById("running").hidden = false;
  return card;
};

const problem = (file) => {
  if (!file.size) return word("isEmpty", file.name);
  return file.size > limits.max_upload_bytes
    ? word("tooLarge", file.name, size(file.size), size(limits.max_upload_bytes))
    : null;
};

/** Who is there, and what applies: files that are dropped sooner wait for it. */
const ready = greet().then(async () => { limits = await get("/limits"); });

const send = async (files) => {
  await ready;
  refuse(files.map(problem).filter(Boolean));
  const good = files.filter((file) => !problem(file));
  for (const file of good) {
    try {
      const upload = await create(file);
      // A report that was waited for opens by itself, several do not.
      const card = add(upload.id, upload, good.length === 1);
      await card.send();
    } catch (error) {
      refuse([`${file.name}: ${error.message}`]);
    }
  }
};

const startDrop = () => {
  input.addEventListener("change", () => {
    send([...input.files]);
    input.value = "";
  });
  for (const [event, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    drop.addEventListener(event, (happened) => {
      happened.preventDefault();
      drop.classList.toggle("over", over);
    });
  }
  drop.addEventListener("drop", (event) => send([...event.dataTransfer.files]));
};

/** Tasks that run already are found again after a reload; one that the address names opens its report. */
const takeUp = async () => {
  const named = window.location.pathname.match(/^\/tasks\/([0-9a-f-]{36})$/)?.[1];
  if (named) {
    const state = await get(`/status/${named}`).catch(() => null);
    if (!state) return refuse([word("unknown")]);
    if (state.status === "completed") return window.location.replace(state.links.page);
    if (state.error) refuse([`${state.file_name}: ${state.error.detail}`]);
  }
  for (const status of ["processing", "pending"]) {
    const { tasks } = await get(`/history?status=${status}&limit=20`);
    for (const task of tasks) if (!shown.has(task.task_id)) add(task.task_id, null, task.task_id === named);
  }
  return null;
};

start();
startDrop();
await ready;
document.getElementById("limits").textContent = word("limits", size(limits.max_upload_bytes), limits.report_ttl_hours);
await startHistory();
await takeUp();
