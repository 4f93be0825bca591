// Decisions on one card or on all that are ticked, and the way back.
import {
  cardOf, cards, comeBack, csrf, goTo, heirOf, leave, showEmpty, tab, words,
} from "./page.js";
import { fill, refresh, viewQuery } from "./fill.js";
import { send } from "./send.js";
import { tell } from "./toast.js";

const many = document.getElementById("many");
/** Ids of what was done here, the last at the end. */
const batches = [];
/** Settled once all that was sent is answered: only then is it known what was last. */
let answered = Promise.resolve();

function sendInTurn(url, fields) {
  const sent = send(url, fields);
  answered = Promise.allSettled([answered, sent]);
  return sent;
}

function done(data) {
  const { batch } = data;
  if (batch) batches.push(batch);
  tell(data.words, { undo: batch ? () => undo(batch) : undefined });
}

/** Show what somebody else has changed, and say who it was. */
async function showStale(stale, said) {
  const ids = stale.map((each) => each.id);
  await refresh(ids);
  for (const id of ids) cardOf(id)?.classList.add("changed");
  tell(said, { bad: true });
  goTo(cardOf(ids[0]));
}

/** Send a decision about some cards, which leave at once and come back if it fails. */
async function decide(some, url, fields) {
  const heir = heirOf(some);
  for (const card of some) leave(card);
  if (heir) goTo(heir);
  const { ok, stale, data } = await sendInTurn(url, fields);
  const taken = new Set(ok ? data.decided.map((each) => each.id) : []);
  const left = some.filter((card) => !taken.has(card.dataset.id));
  left.forEach(comeBack);
  // What has left sends nothing any more, and keeps only its place.
  for (const card of some) if (taken.has(card.dataset.id)) card.replaceChildren();
  if (ok) done(data);
  const told = ok ? (data.stale ?? []) : stale ? left.map((c) => ({ id: c.dataset.id })) : [];
  if (told.length) await showStale(told, data?.words || data?.detail || words("stale"));
  else if (!ok) goTo(some[0]);
  showEmpty();
  await fill();
}

/** Decide on a card as its own form would. */
export function decideOne(card, decision) {
  const form = card?.querySelector("form.decision");
  const button = form?.querySelector(`button[value="${decision}"]`);
  if (!button) return;
  decide([card], form.action, new FormData(form, button));
}

export const ticked = () =>
  cards().filter((card) => card.querySelector('.tick input:checked'));

/** Decide on all that are ticked. */
export function decideMany(decision) {
  const some = ticked();
  const button = many?.querySelector(`button[value="${decision}"]`);
  if (!some.length || !button) {
    tell(words("nothing"));
    return;
  }
  decide(some, many.action, new FormData(many, button));
}

export function tick(card) {
  card?.querySelector(".tick input")?.click();
}

/** Take back what was done last, or the batch that is named. */
export async function undo(named) {
  if (!named) await answered;
  const batch = named ?? batches.at(-1);
  if (!batch) {
    // After a reload, the page itself offers the way back.
    const form = document.querySelector("form.undo");
    if (form) form.requestSubmit(form.querySelector("button"));
    else tell(words("noUndo"));
    return;
  }
  const fields = [["view", viewQuery()], ["csrf_token", csrf()], ["batch", batch]];
  const { ok, data } = await sendInTurn(words("takeBack"), fields);
  if (!ok) return;
  batches.splice(batches.indexOf(batch), 1);
  tell(data.words || words("undone"));
  const back = data.decided.filter((each) => each.status === tab);
  await refresh(back.map((each) => each.id));
  goTo(cardOf(back[0]?.id));
}

export function decideByForm() {
  document.getElementById("cards").addEventListener("submit", (event) => {
    if (!event.target.matches("form.decision")) return;
    event.preventDefault();
    decideOne(event.target.closest("article.card"), event.submitter.value);
  });
}

export function manyByForm() {
  if (!many) return;
  many.addEventListener("submit", (event) => {
    event.preventDefault();
    decideMany(event.submitter.value);
  });
  document.getElementById("cards").addEventListener("change", (event) => {
    if (!event.target.matches(".tick input")) return;
    const count = ticked().length;
    document.getElementById("ticked").textContent = words("ticked", { count });
  });
}
