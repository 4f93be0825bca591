// What has just happened, told below the page with a way back. It stays until the next
// thing happens or somebody closes it: nobody has to hurry.
import { words } from "./page.js";

const place = document.getElementById("toasts");

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "quiet small";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

/**
 * Tell something.
 * @param {string} text
 * @param {{undo?: () => void, bad?: boolean}} options
 */
export function tell(text, { undo, bad = false } = {}) {
  const toast = document.createElement("div");
  toast.className = bad ? "toast bad" : "toast";
  const said = document.createElement("p");
  said.textContent = text;
  toast.append(said);
  if (undo) toast.append(button(words("undo"), undo));
  toast.append(button(words("dismiss"), () => toast.remove()));
  place.replaceChildren(toast);
}
