// Replying and editing in place: the form of the comment's own page, shown in its card.
import { cardOf, goTo, leave, heirOf, showEmpty, tab } from "./page.js";
import { fill, refresh } from "./fill.js";
import { page, send } from "./send.js";
import { tell } from "./toast.js";

function close(card) {
  card.querySelector(".writing")?.remove();
  goTo(card);
}

function complain(form, texts) {
  const area = form.querySelector("textarea");
  form.querySelector(".problem")?.remove();
  const said = document.createElement("p");
  said.className = "problem";
  said.id = `${area.id}-problem`;
  said.textContent = texts.join(" ");
  area.setAttribute("aria-invalid", "true");
  area.setAttribute("aria-describedby", said.id);
  area.after(said);
  area.focus();
}

async function sendForm(card, form) {
  const button = form.querySelector("button");
  button.disabled = true;
  const { ok, stale, data } = await send(form.action, new FormData(form));
  button.disabled = false;
  if (data?.errors) return complain(form, Object.values(data.errors).flat());
  // What was written stays in the form; it may be sent again, or copied.
  if (stale) return tell(data?.detail ?? "", { bad: true });
  if (!ok) return;
  tell(data.words);
  const gone = data.decided.some((each) => each.status !== tab) && tab !== "audit";
  if (!gone) {
    await refresh([card.dataset.id]);
    return goTo(cardOf(card.dataset.id));
  }
  const heir = heirOf([card]);
  goTo(heir);
  await leave(card);
  card.replaceChildren();
  showEmpty();
  await fill();
}

/** Open the form in the card, and put the focus into it. */
export async function write(card, what) {
  const link = card?.querySelector(`a.${what}`);
  if (!link) return;
  const open = card.querySelector(`.writing[data-what="${what}"] textarea`);
  if (open) return open.focus();
  const url = new URL(link.href);
  const fetched = await page(url.href);
  const form = fetched?.querySelector(`#${what} form`);
  if (!form) return location.assign(url.href);
  card.querySelector(".writing")?.remove();
  const place = document.createElement("div");
  place.className = "writing";
  place.dataset.what = what;
  const mine = document.adoptNode(form);
  // Ids are unique on a comment's own page, and there may be two forms here.
  const area = mine.querySelector("textarea");
  mine.querySelector("label").htmlFor = area.id = `${area.id}-${card.dataset.id}`;
  place.append(mine);
  card.append(place);
  mine.addEventListener("submit", (event) => {
    event.preventDefault();
    sendForm(card, mine);
  });
  area.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(card);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) mine.requestSubmit();
  });
  area.focus();
}

export function writeByLink() {
  document.getElementById("cards").addEventListener("click", (event) => {
    const link = event.target.closest("a.reply, a.edit");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const what = link.classList.contains("reply") ? "reply" : "edit";
    write(link.closest("article.card"), what);
  });
}
