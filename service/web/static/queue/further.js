// A page that found nothing in what it looked through goes on with the next part.
import { cards } from "./page.js";

/** Go on, without a step of its own in the history: back leads to where one came from. */
export function lookFurther() {
  const { further } = document.getElementById("empty").dataset;
  if (further && !cards().length) location.replace(further);
}
