// In which language an element speaks, and its texts in that language.
import { beside } from "./service.js";

/** Languages there is a file of, beside English, which is always at hand. */
export const LANGUAGES = "ar de es fa fr he it ja ko nl pl pt ru tr uk zh".split(" ");
const RIGHT_TO_LEFT = new Set(["ar", "fa", "he"]);

/** All that the widget says. */
export const ENGLISH = {
  comments: { one: "{n} comment", other: "{n} comments" },
  none: "No comments yet.",
  leave: "Leave a Reply",
  leaveTo: "Leave a Reply to {name}",
  cancel: "Cancel",
  unpublished: "Your email address will not be published.",
  required: "Required fields are marked *",
  comment: "Comment",
  name: "Name",
  email: "Email",
  website: "Website",
  save: "Save my name, email and website in this browser.",
  post: "Post Comment",
  preview: "Preview",
  reply: "Reply",
  replyTo: "Reply to {name}",
  edited: "edited",
  moderator: "Moderator",
  anonymous: "Anonymous",
  gone: "This comment is gone.",
  closed: "Comments are closed.",
  more: "Load more comments",
  loading: "Loading comments …",
  away: "The comments cannot be reached at the moment. What you write is kept in this browser; trying again …",
  missing: "Please fill in this field.",
  consent: "Please tick this box.",
  mend: "Your comment was not sent yet. Please look at the marked fields.",
  sending: "Sending …",
  pending: "Thank you. Your comment is being checked.",
  held: "Thank you. Your comment is waiting for a moderator.",
  published: "Your comment is published.",
  removed: "Your comment was removed.",
  edit: "Edit",
  remove: "Delete",
  sure: "Delete this comment?",
  saveEdit: "Save changes",
  editPending: "Your change is being checked. Until then the old text stays.",
  editRefused: "Your change was not accepted; the old text stays.",
  notify: "Tell me about replies by email.",
};

function wanted(element) {
  const said = element.closest("[lang]")?.lang || document.documentElement.lang;
  const tags = said ? [said] : navigator.languages || [];
  for (const tag of tags) {
    const main = tag.toLowerCase().split("-")[0];
    if (main === "en" || LANGUAGES.includes(main)) return { main, tag };
  }
  return { main: "en", tag: "en" };
}

/** A language's texts. */
export class Words {
  constructor(tag = "en", texts = ENGLISH) {
    this.texts = texts;
    this.main = tag.split("-")[0].toLowerCase();
    this.dir = RIGHT_TO_LEFT.has(this.main) ? "rtl" : "ltr";
    try {
      this.tag = Intl.getCanonicalLocales(tag)[0];
    } catch {
      this.tag = this.main;
    }
    this.near = new Intl.RelativeTimeFormat(this.tag, { numeric: "auto" });
    this.far = new Intl.DateTimeFormat(this.tag, { dateStyle: "long", timeStyle: "short" });
  }

  /** A text, with what stands in braces filled in. */
  say(key, values = {}) {
    return (this.texts[key] ?? ENGLISH[key]).replace(/{(\w+)}/g, (_, name) => values[name]);
  }

  /** How many comments there are. */
  count(number) {
    const form = new Intl.PluralRules(this.tag).select(number);
    const forms = this.texts.comments;
    const shown = new Intl.NumberFormat(this.tag).format(number);
    return (forms[form] ?? forms.other).replace("{n}", shown);
  }

  /** How long ago a moment is. */
  ago(moment) {
    const seconds = Math.min(0, (moment - Date.now()) / 1000);
    const units = [["year", 31557600], ["month", 2629800], ["week", 604800], ["day", 86400],
      ["hour", 3600], ["minute", 60]];
    const [unit, length] = units.find((each) => -seconds >= each[1]) || ["second", Infinity];
    return this.near.format(Math.ceil(seconds / length) || 0, unit);
  }
}

/** The texts for an element: by its `lang`, its page's, or the browser's languages. */
export async function wordsFor(element) {
  const { main, tag } = wanted(element);
  if (main === "en") return new Words(tag);
  try {
    return new Words(tag, await beside(`${main}.json`));
  } catch {
    // Better English than nothing.
    return new Words();
  }
}
