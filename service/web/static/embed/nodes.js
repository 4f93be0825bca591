// Makes nodes. Nothing in the widget hands text to an HTML parser, so that it works under
// `require-trusted-types-for 'script'` and could not be led astray by a comment.
const SHOWN = new Set("p br em strong s del code pre blockquote ul ol li a".split(" "));
const REL = "ugc nofollow noopener noreferrer";
const PIECE = /<(\/?)([a-z]+)((?:[^"<>]|"[^"]*")*)>|[^<]+|</g;
const NAMED = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: "\u00a0", "#39": "'" };

/** An element. Functions among what is given become listeners; false and null nothing. */
export function make(tag, given = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value !== false && value != null) {
      node.setAttribute(name, value === true ? "" : value);
    }
  }
  node.append(...children.filter((child) => child || child === 0));
  return node;
}

/** The address of a link, or null for what should not be followed. */
export function followed(address) {
  return /^(?:https?:\/\/|mailto:)/i.test(address) ? address : null;
}

/** A link to an address that a writer gave. */
export function link(address, given, ...children) {
  return make("a", { ...given, href: followed(address), rel: REL }, ...children);
}

function plain(text) {
  return text.replace(/&(amp|lt|gt|quot|nbsp|#39);/g, (_, name) => NAMED[name]);
}

/**
 * A comment's HTML as nodes. The service sends a few elements without attributes other
 * than a link's address; whatever else came would be left out here.
 */
export function shown(html) {
  const root = document.createDocumentFragment();
  const open = [root];
  for (const [piece, closing, tag, rest] of html.matchAll(PIECE)) {
    const at = open[open.length - 1];
    if (!tag) at.append(plain(piece));
    else if (!SHOWN.has(tag)) continue;
    else if (closing) {
      const depth = open.map((node) => node.localName).lastIndexOf(tag);
      if (depth > 0) open.length = depth;
    } else {
      const href = tag === "a" && /\shref="([^"]*)"/.exec(rest);
      const node = href ? link(plain(href[1])) : make(tag);
      at.append(node);
      if (tag !== "br") open.push(node);
    }
  }
  return root;
}
