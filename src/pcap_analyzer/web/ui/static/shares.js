// Links that show this report, and nothing else, to whoever has them.

import { startCopy } from "/static/shared/js/copy.js";
import { make } from "/static/shared/js/dom.js";
import { get, post, send } from "./api.js";
import { moment, word } from "./words.js";

export const showShares = async (content, task, limits) => {
  const days = make("input", { class: "find", type: "number", min: "1", max: String(limits.share_days), value: String(Math.min(7, limits.share_days)), id: "days" });
  const create = make("button", { class: "btn primary", type: "submit" }, word("makeLink"));
  const made = make("div"), list = make("div"), error = make("p", { class: "error", role: "alert" });

  const attempt = async (action) => {
    error.textContent = "";
    try {
      await action();
    } catch (problem) {
      error.textContent = problem.message;
    }
  };
  const refresh = async () => {
    const shares = await get(`/report/${task.id}/shares`);
    const row = (share) => {
      const end = make("button", { class: "btn", type: "button" }, word("revoke"));
      end.addEventListener("click", () => attempt(async () => {
        await send("DELETE", `/report/${task.id}/shares/${share.id}`);
        made.replaceChildren();
        await refresh();
      }));
      return make("li", {}, word("linkUntil", moment(share.created_at), moment(share.expires_at)), " ", end);
    };
    list.replaceChildren(shares.length ? make("ul", { class: "plain shares" }, ...shares.map(row)) : make("p", { class: "dim" }, word("noLinks")));
  };
  const form = make("form", { class: "filterbar" }, make("label", { for: "days" }, word("days")), days, create);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(async () => {
      const { link } = await (await post(`/report/${task.id}/shares`, { days: Number(days.value) })).json();
      const copy = make("button", { class: "btn", type: "button", "data-copy": "", "data-done": word("copied") }, word("copy"));
      made.replaceChildren(make("p", {}, word("linkOnce")),
        make("p", { class: "filter" }, make("code", { translate: "no", id: "link" }, new URL(link, window.location.href).href), copy));
      await refresh();
    });
  });
  content.replaceChildren(make("main", { class: "up", id: "main", tabindex: "-1" },
    make("h1", {}, word("share")), make("p", { class: "lead dim" }, word("shareNote")),
    form, made, error, make("section", {}, make("h2", {}, word("links")), list)));
  startCopy();
  await refresh();
};
