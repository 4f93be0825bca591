// Brings cards onto the page: those that follow when few are left, and single ones anew.
import { cardOf, cards, put } from "./page.js";
import { page } from "./send.js";

const FEW = 8;
const list = document.getElementById("cards");
let isFilling = false;

/** The view's own query, without what only says what was done. */
export function viewQuery() {
  const query = new URLSearchParams(location.search);
  for (const name of ["done", "right", "stale"]) query.delete(name);
  return query;
}

function takeOver(fetched, id) {
  const from = fetched.getElementById(id);
  const to = document.getElementById(id);
  if (from && to) to.replaceWith(document.adoptNode(from));
}

/** Show what follows, where few cards are left. */
export async function fill() {
  const more = document.querySelector('#paging [rel="next"]');
  if (isFilling || cards().length > FEW || !more) return;
  isFilling = true;
  const fetched = await page(`${location.pathname}?${viewQuery()}`);
  if (fetched) {
    const others = [...fetched.querySelectorAll("#cards > article.card")];
    put(others.filter((card) => !document.getElementById(card.id)));
    takeOver(fetched, "paging");
  }
  isFilling = false;
}

/** Show comments as they are now. */
export async function refresh(ids) {
  if (!ids.length) return;
  const query = viewQuery();
  for (const id of ids) query.append("id", id);
  const fetched = await page(`${list.dataset.cards}?${query}`);
  if (fetched) put([...fetched.querySelectorAll("article.card")]);
  return ids.map(cardOf);
}
