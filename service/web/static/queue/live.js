// What others do meanwhile, asked for every few seconds while somebody looks.
import { cardOf, leave, showEmpty, tab, words } from "./page.js";
import { fill, refresh, viewQuery } from "./fill.js";

const EVERY = 5000;
const FADES_AFTER = 4000;
const list = document.getElementById("cards");
const link = document.getElementById("fresh");
/** When the page was made, by the server's clock. */
const madeAt = Number(list.dataset.now);
let since = list.dataset.since;
let etag = "";
/** Moves that were told before: young ones come several times. */
const told = new Set();
/** Comments that came to this tab since the page was made. */
const fresh = new Set();

/** Somebody else has decided: say who in place of the buttons, then let it go. */
function fade(card, said) {
  card.classList.add("decided");
  const note = document.createElement("p");
  note.className = "by-whom";
  note.textContent = said;
  card.querySelector(".deciding > .acts, .deciding > .hint")?.replaceWith(note);
  card.querySelector(".tick")?.remove();
  card.querySelector(".writing, .audit")?.remove();
  setTimeout(async () => {
    // It does not go from under somebody's hands.
    while (card.contains(document.activeElement) && document.activeElement !== card) {
      await new Promise((done) => setTimeout(done, FADES_AFTER));
    }
    await leave(card);
    card.replaceChildren();
    showEmpty();
    await fill();
  }, FADES_AFTER);
}

function isShown(card) {
  return card && !card.hidden && !card.matches(".leaving, .decided");
}

function follow(move) {
  const card = cardOf(move.id);
  const stays = move.status === tab;
  if (isShown(card)) {
    // What one has done oneself was shown when it was done.
    if (!stays && !move.own) fade(card, move.words);
    // It is here again, or still: what was seen of it is not what it is now.
    else if (stays && card.dataset.version !== String(move.version)) refresh([move.id]);
  }
  if (stays && !isShown(card) && !move.own && move.at >= madeAt) fresh.add(move.id);
  else fresh.delete(move.id);
}

function show(found) {
  since = found.since;
  for (const [name, count] of Object.entries(found.counts)) {
    const shown = document.querySelector(`[data-tab="${name}"] .count`);
    if (shown && shown.textContent !== count) shown.textContent = count;
  }
  const moves = found.moves.filter((move) => !told.has(`${move.id} ${move.at}`));
  for (const move of moves) told.add(`${move.id} ${move.at}`);
  // Of several moves of a comment the last one counts.
  const last = new Map(moves.map((move) => [move.id, move]));
  for (const move of last.values()) follow(move);
  link.hidden = !(fresh.size || found.reload);
  link.textContent = words("fresh", { count: found.reload ? "…" : fresh.size });
}

async function ask() {
  const query = viewQuery();
  query.set("since", since);
  const answer = await fetch(`${list.dataset.changes}?${query}`, {
    headers: { Accept: "application/json", ...(etag && { "If-None-Match": etag }) },
    redirect: "error",
  });
  if (answer.status !== 200) return;
  etag = answer.headers.get("ETag") ?? "";
  show(await answer.json());
}

export async function poll() {
  for (;;) {
    await new Promise((done) => setTimeout(done, EVERY));
    if (document.visibilityState !== "visible") continue;
    // A page that cannot reach the server works on as it is, and asks again.
    await ask().catch(() => {});
  }
}
