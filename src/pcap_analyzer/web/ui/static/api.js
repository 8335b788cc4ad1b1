// The API as the pages ask it: who is asking is in a cookie, that a page of ours asks is in a header.

let csrf = null;

/** A refusal: a problem document of the service, or that it cannot be reached. */
export class Refusal extends Error {
  constructor(status, problem) {
    super([problem.detail, problem.advice].filter(Boolean).join(" "));
    this.status = status;
  }
}

export const headers = (more = {}) => csrf ? { "X-CSRF-Token": csrf, ...more } : more;

const checked = async (answer) => {
  if (answer.ok) return answer;
  if (answer.status === 401 && window.location.pathname !== "/login") {
    window.location.assign(`/login?next=${encodeURIComponent(window.location.pathname)}`);
  }
  throw new Refusal(answer.status, await answer.json().catch(() => ({ detail: answer.statusText })));
};

export const get = async (path) => (await checked(await fetch(path))).json();

export const send = async (method, path, options = {}) =>
  checked(await fetch(path, { method, ...options, headers: headers(options.headers) }));

export const post = (path, body) =>
  send("POST", path, { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

/** Who is asking; sends whoever must log in to do so. */
export const identify = async () => {
  const me = await get("/me");
  csrf = me.csrf_token;
  return me;
};
