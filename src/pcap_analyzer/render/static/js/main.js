// Starts everything. The page can be read without any of it.

import { startCopy } from "./copy.js";
import { startListings } from "./listing.js";
import { startPanels } from "./panels.js";
import { startClock } from "./plot.js";
import { startSequences } from "./sequence.js";
import { startTheme } from "./theme.js";

/** Opens what a link points at, where it is folded away. */
const openTarget = () => {
  const target = window.location.hash.length > 1 && document.getElementById(window.location.hash.slice(1));
  const folded = target && target.closest("details");
  if (!folded || folded.open) return;
  folded.open = true;
  target.scrollIntoView();
};

const GO = { o: "verdict", f: "findings", c: "connections", l: "ledger", t: "time" };

const startKeys = () => {
  let before = "";
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    if (key === "/") {
      const search = document.querySelector("input[type=search]");
      if (search) {
        event.preventDefault();
        search.focus();
      }
    } else if (before === "g" && GO[key]) {
      document.getElementById(GO[key])?.scrollIntoView();
    } else if (key === "j" || key === "k") {
      const rows = [...document.querySelectorAll(".findings summary")];
      const at = rows.indexOf(document.activeElement) + (key === "j" ? 1 : -1);
      rows[Math.max(0, Math.min(rows.length - 1, at))]?.focus();
    } else if (key === "?") {
      const help = document.getElementById("keys");
      if (help.open) help.close();
      else help.showModal();
    }
    before = key;
  });
};

/** Marks the section that is read in the list of sections. */
const startContents = () => {
  const links = new Map([...document.querySelectorAll(".toc a")].map((link) => [link.hash.slice(1), link]));
  const watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      for (const link of links.values()) link.removeAttribute("aria-current");
      links.get(target.id)?.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-80px 0px -70% 0px" });
  document.querySelectorAll("main > section").forEach((section) => watch.observe(section));
};

const startPrint = () => window.addEventListener("beforeprint", () => {
  for (const finding of document.querySelectorAll(".findings details")) {
    finding.removeAttribute("name");
    finding.open = true;
  }
});

startTheme();
startCopy();
startKeys();
startPrint();
startContents();
startClock();
startListings();
startPanels();
startSequences();
window.addEventListener("hashchange", openTarget);
openTarget();
