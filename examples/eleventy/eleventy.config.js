export default function (config) {
  // What `foyer export` writes is read by _data/threads.js; it is no page.
  config.ignores.add("comments");
  config.addWatchTarget("comments/index.json");
}
