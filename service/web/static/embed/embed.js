// What a blog loads: <foyer-thread> and <foyer-count>. It needs no other code, sets no
// cookie, asks nobody but the service that it came from, and parses no HTML.
import { FoyerCount } from "./embed/count.js";
import { FoyerThread } from "./embed/thread.js";

for (const [name, element] of [["foyer-thread", FoyerThread], ["foyer-count", FoyerCount]]) {
  // A page may load this twice.
  if (!customElements.get(name)) customElements.define(name, element);
}
