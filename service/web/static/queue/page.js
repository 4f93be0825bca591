// What is on the page: cards, which of them is current, and words from the server.
const list = document.getElementById("cards");
const toasts = document.getElementById("toasts");

export const tab = list.dataset.tab;

/** All cards that can still be decided on, in order. */
export const cards = () =>
  [...list.querySelectorAll("article.card:not([hidden], .leaving, .decided)")];

/** The card of a comment, also one that has left; null for none. */
export const cardOf = (id) => document.getElementById(`comment-${id}`);

export const current = () => list.querySelector('article.card[aria-current="true"]');

/** A text of the page's language, its %(names)s filled in. */
export function words(name, values = {}) {
  return toasts.dataset[name].replace(/%\((\w+)\)s/g, (_, key) => values[key]);
}

/** The fields that every form of this page sends besides its own. */
export const csrf = () => toasts.dataset.csrf;

/** Make a card the current one, without moving the focus. */
export function mark(card) {
  current()?.removeAttribute("aria-current");
  card?.setAttribute("aria-current", "true");
}

/** Make a card the current one, and move the focus there. */
export function goTo(card) {
  if (!card) return;
  mark(card);
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

/** The card after or before the current one, or that one where there is no other. */
export function neighbour(step) {
  const all = cards();
  const at = all.indexOf(current());
  return at < 0 ? all[0] : (all[at + step] ?? all[at]);
}

/** Where the focus goes when cards leave: the next that stays, or the last before. */
export function heirOf(leaving) {
  const all = cards();
  const last = all.indexOf(leaving.at(-1));
  const stays = (card) => !leaving.includes(card);
  return all.slice(last + 1).find(stays) ?? all.slice(0, last).reverse().find(stays);
}

const settled = (card) =>
  Promise.allSettled(card.getAnimations().map((motion) => motion.finished));

/** Let a card leave; it keeps its place, so that it can come back. */
export async function leave(card) {
  card.classList.add("leaving");
  await settled(card);
  if (card.classList.contains("leaving")) card.hidden = true;
}

export function comeBack(card) {
  card.hidden = false;
  card.classList.remove("leaving");
}

/** Say whether nothing is left, once nothing is. */
export function showEmpty() {
  document.getElementById("empty").hidden = cards().length > 0;
}

/** Put cards of a fetched page where the old ones are, or at the end. */
export function put(fetched) {
  for (const card of fetched) {
    const mine = document.adoptNode(card);
    const old = document.getElementById(mine.id);
    if (!old) list.append(mine);
    else {
      const was = { current: old === current(), focus: old.contains(document.activeElement) };
      old.replaceWith(mine);
      if (was.current) mark(mine);
      if (was.focus) goTo(mine);
    }
  }
  showEmpty();
}

export function followFocus() {
  mark(cards()[0]);
  list.addEventListener("focusin", (event) => {
    const card = event.target.closest("article.card");
    if (card && card !== current()) mark(card);
  });
}
