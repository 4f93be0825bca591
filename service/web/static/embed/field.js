// A field with its label, its mark and its mistake.
import { make } from "./nodes.js";

export class Field {
  /**
   * @param tag `textarea` or `input`
   * @param given attributes of the control; a `checkbox` has its label behind it
   */
  constructor(name, label, tag, given) {
    this.name = name;
    this.isTick = given.type === "checkbox";
    this.control = make(tag, { id: name, name, part: this.isTick ? "tick" : "input", ...given });
    this.mark = make("span", { class: "mark", "aria-hidden": "true", hidden: true }, "*");
    this.problem = make("p", { class: "problem", part: "problem", id: `${name}-problem`, hidden: true });
    const caption = make("label", { for: name, part: "label" }, label, " ", this.mark);
    const parts = this.isTick ? [this.control, caption] : [caption, this.control];
    this.node = make("div", { class: this.isTick ? "field tick" : "field", part: "field" },
      ...parts, this.problem);
    this.control.addEventListener("input", () => this.complain());
  }

  get value() {
    return this.isTick ? this.control.checked : this.control.value;
  }

  set value(value) {
    if (this.isTick) this.control.checked = Boolean(value);
    else this.control.value = value ?? "";
  }

  get isEmpty() {
    return this.isTick ? !this.control.checked : !this.control.value.trim();
  }

  require(wanted) {
    this.control.required = wanted;
    this.mark.hidden = !wanted;
  }

  /** Say what is wrong, or, without text, that nothing is. */
  complain(text = "", lang = "") {
    this.problem.textContent = text;
    this.problem.lang = lang;
    this.problem.hidden = !text;
    if (text) {
      this.control.setAttribute("aria-invalid", "true");
      this.control.setAttribute("aria-describedby", this.problem.id);
    } else {
      this.control.removeAttribute("aria-invalid");
      this.control.removeAttribute("aria-describedby");
    }
  }
}
