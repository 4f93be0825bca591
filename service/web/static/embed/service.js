// Talks to the service: five seconds for an answer, then again, less and less often.
const BASE = new URL(".", import.meta.url);
const SECONDS = 5;
const LONGEST_PAUSE = 30;

/** The service does not answer, or says that it cannot at the moment. */
export class Away extends Error {}

/** The service has answered no; `problem` says why. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `Status ${status}`);
    this.status = status;
    this.errors = problem.errors || {};
  }
}

async function data(url, options) {
  let answer;
  let found;
  try {
    answer = await fetch(url, {
      ...options,
      credentials: "omit",
      signal: AbortSignal.timeout(SECONDS * 1000),
    });
    found = await answer.json();
  } catch {
    throw new Away();
  }
  if (answer.status >= 500) throw new Away();
  if (!answer.ok) throw new Refused(answer.status, found);
  return found;
}

/** A file that lies beside this one. */
export function beside(name) {
  return data(new URL(`embed/${name}`, BASE), {});
}

/** Something that asks one site's API. */
export function askerOf(site) {
  const base = new URL(`api/v1/sites/${encodeURIComponent(site)}/`, BASE);
  return (path, { query = [], method = "GET", body, token, key } = {}) => {
    const url = new URL(path, base);
    for (const [name, value] of query) url.searchParams.append(name, value);
    const headers = { Accept: "application/json" };
    if (body) headers["Content-Type"] = "application/json";
    if (token) headers.Authorization = `Bearer ${token}`;
    if (key) headers["Idempotency-Key"] = key;
    return data(url, { method, headers, body: body && JSON.stringify(body) });
  };
}

/** Any text that nobody else has; `randomUUID` is missing on plain http. */
export function newKey() {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((n) => n.toString(36)).join("-");
}

export const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

/**
 * Do it until the service answers.
 * @param act what to do
 * @param away told each time the service does not answer; gets a function that ends the
 *   pause
 * @param wanted whether it still matters
 */
export async function persist(act, away, wanted) {
  for (let turn = 0; ; turn += 1) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Away) || !wanted()) throw error;
    }
    const least = Math.min(2 ** turn, LONGEST_PAUSE);
    await new Promise((done) => {
      away(done);
      addEventListener("online", done, { once: true });
      // Not all readers of a blog at the same moment.
      pause(least * (0.75 + Math.random() / 2)).then(done);
    });
    if (!wanted()) throw new Away();
  }
}
