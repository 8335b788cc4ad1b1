// An upload by the tus protocol: it can pause, and goes on where the server stands.

import { headers, send } from "./api.js";

const VERSION = { "Tus-Resumable": "1.0.0" };
const encoded = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

export const create = async (file) => {
  const answer = await send("POST", "/uploads", {
    headers: { ...VERSION, "Upload-Length": String(file.size), "Upload-Metadata": `filename ${encoded(file.name)}` },
  });
  return { file, id: answer.headers.get("X-Task-Id"), place: answer.headers.get("Location"), request: null };
};

/** Sends what the server does not have yet. Ends with true when all is sent, with false when it was paused. */
export const transfer = async (upload) => {
  const offset = Number((await send("HEAD", upload.place, { headers: VERSION })).headers.get("Upload-Offset"));
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    upload.request = request;
    request.open("PATCH", upload.place);
    const all = headers({ ...VERSION, "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" });
    for (const [name, value] of Object.entries(all)) request.setRequestHeader(name, value);
    request.addEventListener("load", () => {
      if (request.status === 204) return resolve(true);
      const problem = JSON.parse(request.responseText || "{}");
      return reject(new Error([problem.detail, problem.advice].filter(Boolean).join(" ")));
    });
    request.addEventListener("error", () => resolve(false));
    request.addEventListener("abort", () => resolve(false));
    request.send(upload.file.slice(offset));
  });
};

export const pause = (upload) => upload.request?.abort();
