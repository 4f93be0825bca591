// What stays in this browser: drafts, tokens of own comments, and a name if that was asked.
const PREFIX = "foyer";

/** What is kept under a name, or null. */
export function recall(...name) {
  try {
    return JSON.parse(localStorage.getItem([PREFIX, ...name].join(":")));
  } catch {
    // Storage may be switched off or full; the widget does without.
    return null;
  }
}

/** Keep a value under a name; null forgets it. */
export function keep(value, ...name) {
  const key = [PREFIX, ...name].join(":");
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // As above.
  }
}
