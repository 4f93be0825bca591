// Keys of one letter (WCAG 2.1.4: they can be switched off), and the sheet that tells them.
import { decideMany, decideOne, tick, undo } from "./decide.js";
import { current, goTo, neighbour } from "./page.js";
import { write } from "./write.js";

const STORED = "foyer-keys";
const help = document.getElementById("help");
const opener = document.getElementById("open-help");
const switchedOn = document.getElementById("keys-on");

const DECISIONS = { a: "published", s: "spam", d: "trashed", b: "held" };

const follow = (selector) => current()?.querySelector(selector)?.click();

/** True while a form is on its way: what is typed ahead is meant for it. */
let isOpening = false;

async function open(what) {
  isOpening = true;
  await write(current(), what).finally(() => (isOpening = false));
}

const KEYS = {
  j: () => goTo(neighbour(1)),
  k: () => goTo(neighbour(-1)),
  o: () => follow("a.alone"),
  u: () => undo(),
  r: () => open("reply"),
  e: () => open("edit"),
  x: () => tick(current()),
  w: () => follow("a.who"),
  g: () => follow("a.alike"),
};

const isOn = () => {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true;
  }
};

function isTyping(target) {
  if (target.closest("textarea, select, [contenteditable]")) return true;
  const field = target.closest("input");
  return Boolean(field) && !["checkbox", "radio", "button", "submit"].includes(field.type);
}

function actOf(event) {
  if (event.key === "?") return () => help.showModal();
  if (event.key === "/") return () => document.getElementById("search")?.focus();
  const key = event.key.toLowerCase();
  const decision = DECISIONS[key];
  if (decision && event.shiftKey) return () => decideMany(decision);
  if (event.shiftKey) return null;
  if (decision) return () => decideOne(current(), decision);
  // On a link or a button, Enter is that one's.
  if (event.key === "Enter" && event.target.matches("article.card")) return KEYS.o;
  return Object.hasOwn(KEYS, key) ? KEYS[key] : null;
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing || isOpening) return;
  if (event.repeat && !"jk".includes(event.key)) return;
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (!isOn() || help.open || isTyping(event.target)) return;
  const act = actOf(event);
  if (!act) return;
  event.preventDefault();
  act();
}

export function showKeys() {
  opener.hidden = false;
  opener.addEventListener("click", () => help.showModal());
  switchedOn.checked = isOn();
  switchedOn.addEventListener("change", () => {
    try {
      localStorage.setItem(STORED, switchedOn.checked ? "on" : "off");
    } catch {
      // Where nothing may be kept, keys stay on.
      switchedOn.checked = true;
    }
  });
  document.addEventListener("keydown", onKey);
}
