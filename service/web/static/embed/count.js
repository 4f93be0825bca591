// <foyer-count site page>: how many comments a page has. All on a page ask at once.
import { askerOf } from "./service.js";
import { wordsFor } from "./words.js";

const MOST = 100;
const waiting = new Map();

function gather(element) {
  const { site, page } = element;
  if (!site || !page) return;
  if (!waiting.size) queueMicrotask(ask);
  waiting.set(site, [...(waiting.get(site) || []), element]);
}

function ask() {
  for (const [site, elements] of waiting) {
    const pages = [...new Set(elements.map((element) => element.page))];
    for (let from = 0; from < pages.length; from += MOST) {
      count(site, pages.slice(from, from + MOST), elements);
    }
  }
  waiting.clear();
}

async function count(site, pages, elements) {
  try {
    const query = pages.map((page) => ["page", page]);
    const { counts } = await askerOf(site)("counts", { query });
    for (const element of elements) {
      if (element.page in counts) element.show(counts[element.page]);
    }
  } catch {
    // What the blog has written into the element stays.
  }
}

export class FoyerCount extends HTMLElement {
  static observedAttributes = ["site", "page"];

  get site() {
    return this.getAttribute("site");
  }

  get page() {
    return this.getAttribute("page");
  }

  connectedCallback() {
    gather(this);
  }

  attributeChangedCallback(_name, old) {
    if (old !== null && this.isConnected) gather(this);
  }

  async show(number) {
    const words = await wordsFor(this);
    this.textContent = this.hasAttribute("number") ? number : words.count(number);
  }
}
