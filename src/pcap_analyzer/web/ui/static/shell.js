// What every page does first: its language, its theme, who is there.

import { startTheme } from "/static/shared/js/theme.js";
import { identify, send } from "./api.js";
import { startWords } from "./words.js";

export const start = () => {
  startWords();
  startTheme();
};

export const greet = async () => {
  const me = await identify();
  if (!me.csrf_token) return me;
  document.getElementById("who").textContent = me.name;
  const button = document.getElementById("logout");
  button.hidden = false;
  button.addEventListener("click", async () => {
    await send("POST", "/logout");
    window.location.assign("/login");
  });
  return me;
};
