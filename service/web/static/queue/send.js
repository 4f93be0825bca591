// Talks to the server: forms go out as browsers send them, and data comes back.
import { tell } from "./toast.js";
import { words } from "./page.js";

/**
 * Send a form's fields.
 * @returns {Promise<{ok: boolean, stale: boolean, data: any}>} stale where somebody else
 *   was faster. What else went wrong has been told already.
 */
export async function send(url, fields) {
  let answer;
  try {
    answer = await fetch(url, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { Accept: "application/json" },
    });
  } catch {
    tell(words("failed"), { bad: true });
    return { ok: false, stale: false, data: null };
  }
  const data = await read(answer);
  if (answer.redirected && new URL(answer.url).pathname === "/login") {
    tell(words("signedOut"), { bad: true });
    return { ok: false, stale: false, data: null };
  }
  if (answer.ok && data === null) {
    // Not an answer for scripts: go on as the form itself would have.
    location.assign(answer.url);
    return new Promise(() => {});
  }
  const stale = answer.status === 409;
  if (!answer.ok && !stale && !data?.errors) {
    const why = data?.detail || words(answer.status < 500 ? "refused" : "failed");
    tell(why, { bad: true });
  }
  return { ok: answer.ok, stale, data };
}

async function read(answer) {
  const kind = answer.headers.get("Content-Type") ?? "";
  if (!kind.includes("json")) return null;
  return answer.json().catch(() => null);
}

/**
 * A page of ours, parsed. XMLHttpRequest does that by itself: no text is ever given to
 * one of the sinks that the page's policy forbids.
 * @returns {Promise<Document?>} null where it did not come.
 */
export function page(url) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("GET", url);
    request.responseType = "document";
    request.addEventListener("loadend", () =>
      done(request.status === 200 ? request.response : null),
    );
    request.send();
  });
}
