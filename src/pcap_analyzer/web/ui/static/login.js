// Logging in, and back to the page that was asked for.

import { get, post } from "./api.js";
import { start } from "./shell.js";

const next = new URLSearchParams(window.location.search).get("next") ?? "/";
// Only a path of this service: "//elsewhere" would be another one.
const target = /^\/(?![/\\])/.test(next) ? next : "/";

start();
const limits = await get("/limits");
document.getElementById("oidc").hidden = limits.access !== "oidc";
document.getElementById("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, password } = Object.fromEntries(new FormData(event.target));
  try {
    await post("/login", { name, password });
    window.location.assign(target);
  } catch (error) {
    const refused = document.getElementById("refused");
    refused.hidden = false;
    refused.textContent = error.message;
  }
});
