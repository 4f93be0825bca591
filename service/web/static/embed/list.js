// The thread as nodes.
import { followed, link, make, shown } from "./nodes.js";

/** Where a comment can be linked to; a blog's <base> must not lead elsewhere. */
export function permalink(id) {
  return `${location.pathname}${location.search}#comment-${id}`;
}

/** A moment, as long ago as it is. */
export function time(moment, words) {
  const at = new Date(moment);
  return make("time", { datetime: moment, title: words.far.format(at) }, words.ago(at));
}

/** Let all times under a node be true again. */
export function refreshTimes(root, words) {
  for (const node of root.querySelectorAll("time")) {
    node.textContent = words.ago(new Date(node.dateTime));
  }
}

function nameOf(comment, words) {
  // The service's word for who gave no name.
  return comment.name === "Anonymous" ? words.say("anonymous") : comment.name;
}

function head(comment, words) {
  const name = make("bdi", { class: "name", part: "name" }, nameOf(comment, words));
  return make(
    "header",
    { part: "comment-header" },
    followed(comment.website) ? link(comment.website, {}, name) : name,
    comment.by_moderator && make("span", { class: "badge", part: "badge" }, words.say("moderator")),
    make("a", { class: "quiet", part: "permalink", href: permalink(comment.id) },
      time(comment.published_at, words)),
    comment.edited_at && make("span", { class: "quiet" }, words.say("edited")),
  );
}

function item(comment, words, onReply) {
  const given = { id: `comment-${comment.id}`, tabindex: -1, part: "comment" };
  if (comment.removed) {
    return make("li", given, make("p", { class: "quiet", part: "gone" }, words.say("gone")));
  }
  const name = nameOf(comment, words);
  const answer = onReply && make("button", {
    type: "button",
    class: "plain",
    part: "reply",
    "aria-label": words.say("replyTo", { name }),
    click: () => onReply(comment.id, name),
  }, words.say("reply"));
  const text = make("div", { class: "text", part: "text", dir: "auto" }, shown(comment.html));
  const actions = make("div", { class: "actions" }, answer);
  return make("li", given, make("article", {}, head(comment, words), text, actions));
}

/**
 * The comments as a list of lists.
 * @param onReply called with the id and name of a comment that is to be answered; null
 *   where nobody may
 */
export function listOf(comments, words, onReply) {
  const top = make("ol", { class: "thread", part: "thread" });
  const items = new Map();
  for (const comment of comments) items.set(comment.id, item(comment, words, onReply));
  for (const comment of comments) {
    const above = items.get(comment.parent);
    let into = top;
    if (above) {
      into = above.querySelector(":scope > ol");
      if (!into) above.append((into = make("ol", { part: "replies" })));
    }
    into.append(items.get(comment.id));
  }
  return top;
}
