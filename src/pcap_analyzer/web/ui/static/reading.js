// The report itself, as its own page has it, with what only a service can add: packets of each finding, all formats.

import { make } from "/static/shared/js/dom.js";
import { language, word } from "./words.js";

const FORMATS = [["html", "HTML"], ["json", "JSON"], ["csv", "CSV"], ["parquet", "Parquet"], ["pdf", "PDF"]];

const addEvidence = async (root, task) => {
  for (const name of await task.get(`/evidence/${task.id}`)) {
    const finding = root.querySelector(`[data-finding="${CSS.escape(name)}"] .fb`);
    const link = make("a", { class: "btn", href: task.at(`/evidence/${task.id}/${name}`), download: "" }, word("packetsOf"));
    finding?.append(make("p", { class: "evidence" }, link));
  }
};

const downloads = (task, limits) => make("p", { class: "downloads" }, make("span", { class: "dim" }, word("download")),
  ...FORMATS.filter(([format]) => format !== "pdf" || limits.pdf).map(([format, name]) => make("a", { class: "btn", href: task.at(`/report/${task.id}?format=${format}&language=${language}`), download: "" }, name)));

export const showReport = async (content, task, limits) => {
  const text = await (await fetch(task.at(`/report/${task.id}?language=${language}`))).text();
  // The page is ours, made of escaped text; parsed like this, nothing in it runs. Its head has styles that we have already.
  const page = new DOMParser().parseFromString(text.slice(text.indexOf("<body")), "text/html");
  const parts = [...page.body.children].filter((part) => !part.matches("a.skip, header.bar, script, #status"));
  content.replaceChildren(...parts.map((part) => document.adoptNode(part)));
  const main = content.querySelector("main");
  main.id = "main";
  main.tabIndex = -1;
  main.querySelector("footer").before(downloads(task, limits));
  await import("/static/shared/js/main.js");
  await addEvidence(content, task);
};
