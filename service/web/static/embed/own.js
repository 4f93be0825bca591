// The writer's own comments: how they stand, and what may still be done with them.
import { permalink } from "./list.js";
import { keep, recall } from "./kept.js";
import { make } from "./nodes.js";
import { Away, Refused } from "./service.js";

const SOON = [1, 1, 2, 2, 3, 5, 8, 13, 20, 30];
const SELDOM = 60;

function isOver(view) {
  return !(Date.parse(view.editable_until) > Date.now());
}

class OwnComment {
  constructor(owner, id, token) {
    Object.assign(this, { owner, id, token, view: null, turn: 0 });
    this.node = make("div", { class: "notice", part: "notice", tabindex: -1 });
    this.actions = make("span", { class: "own" });
  }

  ask(options, path = "") {
    return this.owner.place.ask(`comments/${this.id}${path}`, { ...options, token: this.token });
  }

  say(key) {
    return this.owner.place.words.say(key);
  }

  async look() {
    if (!this.owner.place.wanted()) return;
    try {
      this.take(await this.ask({}, "/status"));
    } catch (error) {
      if (error instanceof Refused) this.owner.forget(this);
    }
    this.lookAgain();
  }

  lookAgain() {
    clearTimeout(this.timer);
    const { view } = this;
    if (!this.owner.has(this)) return;
    const moves = !view || view.status === "pending" || view.edit === "waiting";
    if (!moves && view.status !== "held") return;
    const seconds = moves ? SOON[Math.min(this.turn++, SOON.length - 1)] : SELDOM;
    this.timer = setTimeout(() => this.look(), seconds * 1000);
  }

  /** Show how it stands now. */
  take(view) {
    const old = this.view;
    this.view = view;
    const isNew = !old || old.status !== view.status || old.edit !== view.edit;
    const isPublic = view.status === "published";
    if (isNew || isOver(view)) this.draw();
    const settled = old?.edit === "waiting" && view.edit !== "waiting";
    if ((isPublic && old && old.status !== "published") || (isPublic && settled)) {
      this.owner.onChange();
    }
    if (isPublic) this.owner.prove(this);
    if (view.status === "removed" || (isPublic && isOver(view) && view.edit !== "waiting")) {
      this.owner.forget(this);
    }
  }

  text() {
    const { status, edit } = this.view;
    if (status !== "published") return this.say(status);
    if (edit === "waiting") return this.say("editPending");
    return this.say(edit === "refused" ? "editRefused" : "published");
  }

  draw() {
    const { status, edit, comment } = this.view;
    const isPublic = status === "published";
    const may = status !== "removed" && !isOver(this.view);
    const buttons = may ? [this.button("edit", () => this.edit()), this.button("remove", () => this.confirm())] : [];
    this.actions.replaceChildren(...(isPublic ? buttons : []));
    // What is being typed into the notice must not go.
    if (this.isBusy) return;
    const said = isPublic && !edit ? make("a", { href: permalink(this.id) }, this.text()) : this.text();
    this.node.replaceChildren(make("p", { role: "status" }, said));
    const isShown = status === "pending" || status === "held";
    if (isShown) {
      this.node.append(make("blockquote", { dir: "auto" }, comment), make("div", { class: "actions" }, ...buttons));
      this.node.id = `comment-${this.id}`;
    } else {
      this.node.removeAttribute("id");
    }
    // Told once, and then the comment speaks for itself.
    this.node.hidden = isPublic && !edit && !this.justSent;
  }

  stop() {
    this.isBusy = false;
    this.draw();
  }

  button(key, click, kind = "plain") {
    return make("button", { type: "button", class: kind, part: key, click }, this.say(key));
  }

  edit() {
    const area = make("textarea", { rows: 6, maxlength: 10000, dir: "auto", part: "input", "aria-label": this.say("comment") });
    // A change that waits is not in the answer.
    area.value = (this.view.edit === "waiting" && this.said) || this.view.comment;
    this.isBusy = true;
    const problem = make("p", { class: "problem", role: "alert" });
    const form = make("form", { class: "edit", submit: (event) => {
      event.preventDefault();
      this.change({ method: "PATCH", body: { comment: area.value } }, problem);
    } }, area, problem, make("div", { class: "actions" },
      make("button", { part: "submit" }, this.say("saveEdit")), this.button("cancel", () => this.stop(), "second")));
    this.node.replaceChildren(form);
    this.node.hidden = false;
    area.focus();
  }

  confirm() {
    const problem = make("p", { class: "problem", role: "alert" });
    this.isBusy = true;
    const yes = this.button("remove", () => this.change({ method: "DELETE" }, problem), "danger");
    this.node.replaceChildren(make("p", {}, this.say("sure")), problem,
      make("div", { class: "actions" }, yes, this.button("cancel", () => this.stop(), "second")));
    this.node.hidden = false;
    yes.focus();
  }

  async change(options, problem) {
    try {
      this.justSent = true;
      const was = this.view;
      this.view = await this.ask(options);
      this.said = options.body?.comment;
      this.turn = 0;
      this.stop();
      this.node.focus();
      if (was.status === "published") this.owner.onChange();
      if (this.view.status === "removed") this.owner.forget(this);
      this.lookAgain();
    } catch (error) {
      problem.textContent = error instanceof Away ? this.say("away") : error.errors?.comment?.join(" ") || error.message;
    }
  }
}

export class OwnComments {
  /**
   * @param place as for the form
   * @param onChange called when readers see another thread than before
   */
  constructor(place, onChange) {
    Object.assign(this, { place, onChange });
    this.node = make("div", { class: "notices", part: "notices" });
    this.all = (recall(place.site, "own", place.page) || []).map(([id, token]) => new OwnComment(this, id, token));
    for (const own of this.all) {
      this.node.append(own.node);
      own.node.hidden = true;
      own.look();
    }
  }

  has(own) {
    return this.all.includes(own);
  }

  store() {
    const rows = this.all.map(({ id, token }) => [id, token]);
    keep(rows.length ? rows : null, this.place.site, "own", this.place.page);
  }

  /** Take care of what was just sent. */
  add(receipt, text) {
    const known = this.all.find((each) => each.id === receipt.id);
    const own = known || new OwnComment(this, receipt.id, receipt.edit_token);
    own.view = { status: "pending", comment: text, editable_until: null, edit: null };
    // One notice of this kind is enough.
    for (const each of this.all) {
      each.justSent = false;
      if (each.view) each.draw();
    }
    own.justSent = true;
    own.draw();
    this.node.append(own.node);
    own.node.hidden = false;
    own.node.focus();
    own.node.scrollIntoView({ block: "nearest" });
    if (!receipt.edit_token && !known) return;
    if (!known) this.all.push(own);
    this.store();
    own.turn = 0;
    own.lookAgain();
  }

  /** What may be done with a comment in the list: a node, or nothing. */
  actionsFor(id) {
    return this.all.find((own) => own.id === id)?.actions;
  }

  /** An earlier published comment shows who writes, if the writer wants to be known. */
  prove({ id, token }) {
    const writer = recall(this.place.site, "writer");
    if (writer && !writer.proof) keep({ ...writer, proof: `${id}.${token}` }, this.place.site, "writer");
  }

  forget(own) {
    this.all = this.all.filter((each) => each !== own);
    this.store();
  }
}
