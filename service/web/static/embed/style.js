// How it looks. Fonts and colours are the blog's; custom properties and parts change the rest.
export const sheet = new CSSStyleSheet();
sheet.replaceSync(`
:host { display: block; color: var(--foyer-ink, inherit); }
:host([hidden]), [hidden] { display: none !important; }
:host([theme="light"]) { color-scheme: light; color: var(--foyer-ink, #25221e); background: var(--foyer-ground, #fff); }
:host([theme="dark"]) { color-scheme: dark; color: var(--foyer-ink, #ece7df); background: var(--foyer-ground, #181715); }
:host([theme="auto"]) {
  color-scheme: light dark; color: var(--foyer-ink, light-dark(#25221e, #ece7df));
  background: var(--foyer-ground, light-dark(#fff, #181715));
}
* { box-sizing: border-box; }
.foyer {
  --soft: var(--foyer-soft-ink, color-mix(in srgb, currentColor 72%, transparent));
  --line: var(--foyer-line, color-mix(in srgb, currentColor 16%, transparent));
  --edge: var(--foyer-edge, color-mix(in srgb, currentColor 55%, transparent));
  --tint: var(--foyer-tint, color-mix(in srgb, currentColor 5%, transparent));
  --accent: var(--foyer-accent, light-dark(#17595a, #86cac4));
  --on-accent: var(--foyer-on-accent, light-dark(#fff, #10201f));
  --bad: var(--foyer-bad, light-dark(#a12a20, #f19a8f));
  --round: var(--foyer-radius, 8px);
  --gap: var(--foyer-gap, 1.5rem);
  font: inherit; line-height: 1.55; overflow-wrap: anywhere;
}
h1, h2, h3, h4, h5 { font: inherit; font-weight: 650; font-size: 1.3em; line-height: 1.3; margin: 0 0 1em; }
p { margin: 0 0 .75em; }
a { color: var(--accent); text-underline-offset: .15em; }
ol { list-style: none; margin: 0; padding: 0; }
li { scroll-margin-top: 1rem; outline-offset: 6px; border-radius: 2px; }
.thread > li { padding: var(--gap) 0; border-top: 1px solid var(--line); }
li ol { margin-top: var(--gap); padding-inline-start: var(--gap); border-inline-start: 2px solid var(--line); }
li ol > li + li { margin-top: var(--gap); }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .2em .7em; margin-bottom: .35em; }
.name { font-weight: 650; }
header > a:not(.quiet) { color: inherit; text-decoration-color: var(--edge); }
.badge { font-size: .8em; padding: .05em .6em; border: 1px solid var(--accent); border-radius: 99px; color: var(--accent); }
.quiet, .plain { color: var(--soft); font-size: .9em; }
a.quiet { text-decoration: none; }
a.quiet:hover { text-decoration: underline; }
.text > :first-child { margin-top: 0; }
.text > :last-child { margin-bottom: 0; }
.text p { margin: 0 0 .75em; }
.text li { margin: 0 !important; }
.text ul { list-style: disc; }
.text ol { list-style: decimal; border: 0; }
.text :is(ul, ol) { margin: 0 0 .75em; padding-inline-start: 1.5em; }
blockquote { margin: 0 0 .75em; padding-inline-start: 1em; border-inline-start: 3px solid var(--edge); color: var(--soft); }
pre { overflow-x: auto; padding: .75em 1em; border-radius: var(--round); background: var(--tint); }
code, pre { font-family: var(--foyer-mono, ui-monospace, monospace); font-size: .92em; }
.named > article .text, .notice.named { box-shadow: -3px 0 0 var(--accent); padding-inline-start: .75em; }
.foyer:dir(rtl) .named > article .text { box-shadow: 3px 0 0 var(--accent); }
.actions, .own { display: flex; flex-wrap: wrap; align-items: center; gap: .35em .9em; }
article > .actions { margin-top: .5em; }
form, .notice { margin: var(--gap) 0; padding: 1.25em; border: 1px solid var(--line); border-radius: var(--round); background: var(--tint); }
.notice { border-inline-start: 4px solid var(--accent); }
.notice > p:last-child { margin: 0; }
.notice blockquote { white-space: pre-wrap; }
form.edit { margin: 0; padding: 0; border: 0; background: none; }
.heading { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 0 1em; }
.heading > :first-child { margin-bottom: .4em; }
.field { margin-bottom: 1em; }
.names { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(13em, 100%), 1fr)); column-gap: 1em; align-items: start; }
.names > :last-child { grid-column: 1 / -1; }
label { display: block; font-weight: 600; font-size: .95em; margin-bottom: .25em; }
.mark, .problem { color: var(--bad); }
.problem { font-size: .92em; margin: .3em 0 0; }
textarea, input:not([type="checkbox"]) {
  display: block; width: 100%; min-height: 2.75em; padding: .55em .7em; font: inherit; color: inherit;
  background: var(--foyer-field, transparent); border: 1px solid var(--edge); border-radius: var(--round);
}
textarea { resize: vertical; }
form.edit textarea { margin-bottom: .75em; }
[aria-invalid] { border-color: var(--bad) !important; box-shadow: 0 0 0 1px var(--bad); }
.tick { display: grid; grid-template-columns: auto 1fr; gap: 0 .6em; align-items: start; }
.tick label { font-weight: 400; margin: 0; }
.tick input { width: 1.15em; height: 1.15em; margin: .2em 0; accent-color: var(--accent); }
.tick .problem { grid-column: 2; }
button {
  font: inherit; font-weight: 600; min-height: 2.75em; padding: .45em 1.2em; cursor: pointer;
  border: 1px solid var(--accent); border-radius: var(--round); background: var(--accent); color: var(--on-accent);
}
button:hover { filter: brightness(1.08); }
button[aria-disabled] { opacity: .7; cursor: progress; }
.second, .danger { background: transparent; color: inherit; border-color: var(--edge); }
.danger { color: var(--bad); border-color: var(--bad); }
.plain { min-height: 1.75em; min-width: 1.75em; padding: 0; border: 0; background: none; color: var(--soft); text-decoration: underline; text-underline-offset: .2em; }
.plain:hover { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
li:focus:not(:focus-visible), .notice:focus:not(:focus-visible) { outline: none; }
.message { font-weight: 600; }
.message:empty { display: none; }
form .message { color: var(--bad); }
[role="status"]:empty { margin: 0; }
.preview { padding: 1em; margin-bottom: 1em; border: 1px dashed var(--edge); border-radius: var(--round); }
@media (max-width: 30rem) {
  li ol { padding-inline-start: .75rem; }
  form, .notice { padding: 1em .9em; }
}
@media (prefers-reduced-motion: no-preference) {
  button { transition: filter .15s; }
}
`);
