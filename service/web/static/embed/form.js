// The reply form: keeps what is written until it has been sent, and sends it once.
import { Field } from "./field.js";
import { keep, recall } from "./kept.js";
import { make, shown } from "./nodes.js";
import { Refused, newKey, persist } from "./service.js";

const KEPT = ["name", "email", "website"];

export class ReplyForm {
  /**
   * @param place the thread's element and what it knows: `ask`, `words`, `site`, `page`,
   *   `wanted()`, `level`
   * @param settings what the service says of the form
   * @param onSent called with the receipt and the text
   * @param onHome called when an answer to a comment is given up
   */
  constructor(place, settings, onSent, onHome) {
    Object.assign(this, { place, settings, onSent, onHome, parent: "", last: "", key: "" });
    this.build();
    this.restore();
  }

  say(key, values) {
    return this.place.words.say(key, values);
  }

  build() {
    const { settings } = this;
    const person = (name, given) =>
      new Field(name, this.say(name), "input", { autocomplete: name, ...given });
    const fields = [
      new Field("comment", this.say("comment"), "textarea", { rows: 6, maxlength: 10000, dir: "auto" }),
      person("name", { maxlength: 80, dir: "auto" }),
      person("email", { type: "email", maxlength: 254, dir: "ltr" }),
      person("website", { type: "url", maxlength: 2048, autocomplete: "url", dir: "ltr" }),
    ];
    for (const field of fields) field.require(settings.required.includes(field.name));
    const tick = (name, label) => fields.push(new Field(name, label, "input", { type: "checkbox" }));
    tick("save", this.say("save"));
    if (settings.notify) tick("notify", this.say("notify"));
    if (settings.consent) {
      tick("consent", settings.consent);
      fields[fields.length - 1].require(true);
    }
    this.fields = Object.fromEntries(fields.map((field) => [field.name, field]));
    this.title = make(`h${this.place.level}`, { part: "title", id: "reply-title" });
    this.cancel = make("button", { type: "button", class: "plain", part: "cancel", click: () => this.home() },
      this.say("cancel"));
    this.message = make("p", { class: "message", part: "message", role: "alert" });
    this.state = make("p", { class: "quiet", role: "status" });
    this.look = make("div", { class: "preview text", part: "preview", dir: "auto", hidden: true });
    this.button = make("button", { part: "submit" }, this.say("post"));
    const names = make("div", { class: "names" }, ...KEPT.map((name) => this.fields[name].node));
    const others = fields.filter((field) => field.isTick).map((field) => field.node);
    this.node = make(
      "form",
      { part: "form", novalidate: true, "aria-labelledby": "reply-title",
        submit: (event) => { event.preventDefault(); this.send(); },
        input: () => this.keepDraft() },
      make("div", { class: "heading" }, this.title, this.cancel),
      make("p", { class: "quiet" }, `${this.say("unpublished")} ${this.say("required")}`),
      this.message, this.fields.comment.node, names, ...others, this.look,
      make("div", { class: "actions" }, this.button,
        make("button", { type: "button", part: "preview-button", class: "second", click: () => this.preview() },
          this.say("preview"))),
      this.state,
    );
    this.answer("", "");
  }

  /** Let the form answer a comment, or the page. */
  answer(parent, name) {
    this.parent = parent;
    this.title.textContent = parent ? this.say("leaveTo", { name }) : this.say("leave");
    this.cancel.hidden = !parent;
  }

  home() {
    this.answer("", "");
    this.keepDraft();
    this.onHome();
    this.fields.comment.control.focus();
  }

  restore() {
    const known = recall(this.place.site, "writer");
    for (const name of KEPT) this.fields[name].value = known?.[name];
    this.fields.save.value = Boolean(known);
    this.draft = recall(this.place.site, "draft", this.place.page);
    this.fields.comment.value = this.draft?.comment;
  }

  /** Take over what was typed into the blog's plain form, and where. */
  adopt(form) {
    for (const name of ["comment", ...KEPT]) {
      const plain = form.elements[name];
      if (!plain) continue;
      const { control } = this.fields[name];
      if (plain.value) control.value = plain.value;
      if (plain === document.activeElement) {
        // Once the plain form has gone.
        queueMicrotask(() => {
          control.focus({ preventScroll: true });
          if (name !== "email") control.setSelectionRange?.(plain.selectionStart, plain.selectionEnd);
        });
      }
    }
    // Typed there it answers the page, and whatever was begun before is over. If nothing
    // was, the draft stays as it is kept: which comment it answers is told later.
    if (form.elements.comment?.value) {
      this.draft = null;
      this.keepDraft();
    }
  }

  keepDraft() {
    const comment = this.fields.comment.value;
    const draft = comment.trim() ? { comment, parent: this.parent } : null;
    keep(draft, this.place.site, "draft", this.place.page);
  }

  async preview() {
    if (this.fields.comment.isEmpty) {
      this.complain({ comment: [this.say("missing")] });
      return;
    }
    const body = { comment: this.fields.comment.value };
    try {
      const { html } = await this.place.ask("preview", { method: "POST", body });
      this.look.replaceChildren(shown(html));
      this.look.hidden = false;
      this.state.textContent = "";
    } catch (error) {
      this.tell(error);
    }
  }

  body() {
    const body = { page: this.place.page, title: document.title, parent: this.parent,
      token: this.settings.token };
    for (const field of Object.values(this.fields)) {
      if (field.name !== "save") body[field.name] = field.value;
    }
    const proof = recall(this.place.site, "writer")?.proof;
    if (proof) body.writer_token = proof;
    return body;
  }

  missing() {
    const errors = {};
    for (const field of Object.values(this.fields)) {
      if (field.control.required && field.isEmpty) {
        errors[field.name] = [this.say(field.name === "consent" ? "consent" : "missing")];
      }
    }
    return errors;
  }

  /** Show mistakes at their fields, and go to the first. */
  complain(errors, lang = "") {
    const above = [];
    let first = null;
    for (const [name, texts] of Object.entries(errors)) {
      if (!(name in this.fields)) above.push(...texts);
    }
    for (const field of Object.values(this.fields)) {
      const texts = errors[field.name] || [];
      field.complain(texts.join(" "), lang);
      if (texts.length) first ??= field.control;
    }
    this.message.textContent = first ? this.say("mend") : above.join(" ");
    first?.focus();
  }

  tell(error) {
    if (error instanceof Refused && Object.keys(error.errors).length) {
      this.complain(error.errors, "en");
    } else {
      this.message.textContent = error instanceof Refused ? error.message : this.say("away");
    }
  }

  async send() {
    if (this.sending) {
      // Pressed again while a pause lasts.
      this.hurry?.();
      return;
    }
    const missing = this.missing();
    this.complain(missing);
    if (Object.keys(missing).length) return;
    this.sending = true;
    this.button.setAttribute("aria-disabled", "true");
    this.state.textContent = this.say("sending");
    try {
      const receipt = await persist(() => this.post(), (hurry) => {
        this.hurry = hurry;
        this.message.textContent = this.say("away");
      }, this.place.wanted);
      this.sent(receipt);
    } catch (error) {
      this.tell(error);
    }
    this.sending = false;
    this.hurry = null;
    this.state.textContent = "";
    this.button.removeAttribute("aria-disabled");
  }

  post() {
    const body = this.body();
    const said = JSON.stringify(body);
    // The same words under the same key are taken in once, however often they come.
    if (said !== this.last) this.key = newKey();
    this.last = said;
    this.sentText = body.comment;
    return this.place.ask("comments", { method: "POST", body, key: this.key });
  }

  sent(receipt) {
    const { save, comment } = this.fields;
    const writer = Object.fromEntries(KEPT.map((name) => [name, this.fields[name].value]));
    const proof = recall(this.place.site, "writer")?.proof;
    keep(save.value ? { ...writer, proof } : null, this.place.site, "writer");
    // Something else may have been typed while this was on its way.
    if (comment.value === this.sentText) comment.value = "";
    this.message.textContent = "";
    this.look.hidden = true;
    this.answer("", "");
    this.keepDraft();
    this.onHome();
    this.onSent(receipt, this.sentText);
  }
}
