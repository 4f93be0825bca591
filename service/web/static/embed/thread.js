// <foyer-thread site page>: a thread, the reply form, and the writer's own comments.
import { ReplyForm } from "./form.js";
import { listOf, refreshTimes } from "./list.js";
import { make } from "./nodes.js";
import { OwnComments } from "./own.js";
import { askerOf, persist } from "./service.js";
import { sheet } from "./style.js";
import { Words, wordsFor } from "./words.js";

const MINUTE = 60000;
/** So many windows are fetched to find the comment that the address names. */
const MOST_WINDOWS = 20;

export class FoyerThread extends HTMLElement {
  static observedAttributes = ["site", "page", "lang"];

  connectedCallback() {
    if (!this.shadowRoot) {
      this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
    }
    this.begin();
  }

  disconnectedCallback() {
    this.over?.abort();
  }

  attributeChangedCallback(_name, old, now) {
    if (this.over && this.isConnected && old !== now) this.begin();
  }

  begin() {
    this.over?.abort();
    this.over = new AbortController();
    const { signal } = this.over;
    // The blog's own page must not see what goes wrong here.
    this.start(signal).catch((error) => {
      if (!signal.aborted) this.state.textContent = error.message;
    });
  }

  async start(signal) {
    const site = this.getAttribute("site") || "";
    const page = this.getAttribute("page") || location.pathname + location.search;
    const level = Math.min(5, Math.max(1, Number(this.getAttribute("level")) || 2));
    const wanted = () => !signal.aborted;
    this.place = { site, page, level, wanted, ask: askerOf(site), words: new Words() };
    this.comments = [];
    this.draw();
    const away = () => { this.state.textContent = this.place.words.say("away"); };
    const get = (path, query = []) =>
      persist(() => this.place.ask(path, { query: [["page", page], ...query] }), away, wanted)
        .catch((error) => {
          if (wanted()) this.state.textContent = error.message;
          // Whoever waits for it has nothing more to do.
          return new Promise(() => {});
        });
    const words = wordsFor(this);
    const answers = [get("thread"), get("form")];
    this.place.words = await words;
    if (this.state.textContent === "") this.state.textContent = this.place.words.say("loading");
    const [thread, settings] = await Promise.all(answers);
    if (signal.aborted) return;
    this.state.textContent = "";
    this.get = get;
    this.frame.dir = this.place.words.dir;
    this.frame.lang = this.place.words.tag;
    this.own = new OwnComments(this.place, () => this.refresh());
    if (settings.open) this.makeForm(settings);
    this.notices.replaceWith(this.own.node);
    this.show(thread);
    this.plain.remove();
    // What it stood in for is shown twice otherwise, to those who search a page.
    this.replaceChildren();
    addEventListener("hashchange", () => this.goToNamed(), { signal });
    const ticking = setInterval(() => refreshTimes(this.frame, this.place.words), MINUTE);
    signal.addEventListener("abort", () => clearInterval(ticking));
    await this.goToNamed();
  }

  draw() {
    this.heading = make(`h${this.place.level}`, { part: "title", hidden: true });
    this.state = make("p", { class: "message", part: "message", role: "status" });
    this.list = make("ol", { hidden: true });
    this.more = make("button", { type: "button", class: "second", part: "more", hidden: true, click: () => this.loadMore() });
    this.notices = make("div");
    this.base = make("div", { part: "reply-place" });
    // Until all is there, the blog's own form and links stay, and can be used.
    this.plain = make("slot");
    this.frame = make("div", { class: "foyer", part: "foyer" }, this.heading, this.state,
      this.list, this.more, this.notices, this.base, this.plain);
    this.shadowRoot.replaceChildren(this.frame);
  }

  makeForm(settings) {
    const form = new ReplyForm(this.place, settings,
      (receipt, text) => this.sent(receipt, text), () => this.base.append(form.node));
    this.form = form;
    this.base.append(form.node);
    const plain = this.querySelector("form");
    if (plain) form.adopt(plain);
  }

  /** Show a thread from its beginning. */
  show(thread) {
    this.comments = thread.comments;
    this.take(thread);
  }

  take(thread) {
    const { words } = this.place;
    this.state.textContent = "";
    this.next = thread.next;
    this.heading.textContent = thread.count ? words.count(thread.count) : words.say("none");
    this.heading.hidden = false;
    this.more.textContent = words.say("more");
    this.more.hidden = !thread.next;
    if (!thread.open) {
      this.form?.node.remove();
      this.form = null;
      this.base.replaceChildren(make("p", { class: "quiet", part: "closed" }, words.say("closed")));
    }
    this.render();
  }

  render() {
    const { form } = this;
    const focused = this.shadowRoot.activeElement;
    const answer = form && ((id, name) => this.answer(id, name));
    const list = listOf(this.comments, this.place.words, answer);
    for (const { id } of this.comments) {
      const actions = this.own.actionsFor(id);
      if (actions) list.querySelector(`#comment-${id} .actions`)?.append(actions);
    }
    this.list.replaceWith(list);
    this.list = list;
    list.hidden = !this.comments.length;
    const parent = form && (form.parent || form.draft?.parent);
    if (parent) this.answer(parent, this.nameOf(parent), false);
    if (form) form.draft = null;
    if (focused?.isConnected && this.shadowRoot.activeElement !== focused) focused.focus({ preventScroll: true });
  }

  nameOf(id) {
    return this.comments.find((comment) => comment.id === id)?.name;
  }

  answer(id, name, byHand = true) {
    const { form } = this;
    const item = this.shadowRoot.getElementById(`comment-${id}`);
    // Its comment may be gone by now.
    if (!item || name === undefined) {
      form.answer("", "");
      this.base.append(form.node);
      return;
    }
    form.answer(id, name);
    (item.querySelector(":scope > article") || item).after(form.node);
    if (byHand) {
      form.keepDraft();
      form.fields.comment.control.focus();
    }
  }

  async sent(receipt, text) {
    this.own.add(receipt, text);
    // A token tells how long somebody wrote, so the next comment needs its own.
    const settings = await this.get("form");
    this.state.textContent = "";
    if (this.form) this.form.settings.token = settings.token;
  }

  async refresh() {
    const limit = Math.max(100, Math.min(1000, this.comments.length));
    this.show(await this.get("thread", [["limit", limit]]));
  }

  async loadMore() {
    const from = this.comments.length;
    const thread = await this.get("thread", [["after", this.next]]);
    this.comments = [...this.comments, ...thread.comments];
    this.take(thread);
    this.shadowRoot.getElementById(`comment-${this.comments[from]?.id}`)?.focus({ preventScroll: true });
  }

  /** Scroll to the comment that the address names: fragments do not reach in here. */
  async goToNamed() {
    const id = /^#(comment-[\w-]+)$/.exec(location.hash)?.[1];
    if (!id) return;
    const find = () => this.shadowRoot.getElementById(id);
    for (let turn = 0; !find() && this.next && turn < MOST_WINDOWS; turn += 1) await this.loadMore();
    const found = find();
    if (!found) return;
    this.shadowRoot.querySelector(".named")?.classList.remove("named");
    found.classList.add("named");
    found.scrollIntoView({ block: "start" });
    found.focus({ preventScroll: true });
  }
}
