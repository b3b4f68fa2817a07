/** The sandbox's style sheet. */
export const style = `
:root { color-scheme: light dark; --ink: #17202a; --dim: #5a6875; --page: #f3f5f7; --card: #fff; --line: #d9dfe5; --act: #1450b8; --good: #17683a; --goodbg: #e2f4e9; --info: #1450b8; --infobg: #e4edfb; --bad: #a3211b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7ecf1; --dim: #9aa8b5; --page: #11161b; --card: #1a2128; --line: #2d3741; --act: #84b2ff; --good: #86dba8; --goodbg: #15301f; --info: #a3c6ff; --infobg: #182a45; --bad: #ff9c96; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
a { color: var(--act); }
.bar { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; padding: .9rem max(1rem, calc(50vw - 22rem)); background: var(--card); border-bottom: 1px solid var(--line); color: var(--dim); font-size: .9rem; }
.bar .brand { font-size: 1.1rem; font-weight: 700; color: var(--ink); text-decoration: none; }
.bar nav { margin-left: auto; display: flex; gap: 1rem; }
main { max-width: 46rem; margin: 1.5rem auto; padding: 0 1rem; display: grid; gap: 1.25rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem 1.5rem; min-width: 0; }
h1 { font-size: 1.45rem; margin: 0 0 .5rem; line-height: 1.25; }
h2 { font-size: 1.05rem; margin: 0 0 .5rem; }
p { margin: .5rem 0; }
code, pre { font: .88em ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
pre { overflow-x: auto; background: var(--page); border-radius: 8px; padding: .75rem 1rem; }
.sample { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: space-between; background: var(--page); border-radius: 8px; padding: .6rem .9rem; }
.sample code { overflow-wrap: anywhere; }
label { font-weight: 600; font-size: .9rem; }
textarea, input { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: 8px; padding: .55rem .75rem; }
textarea { display: block; width: 100%; margin: .25rem 0 .75rem; resize: vertical; }
input { flex: 0 1 10rem; min-width: 0; }
:focus-visible { outline: 3px solid var(--act); outline-offset: 2px; }
.row { display: flex; gap: .6rem; align-items: center; }
button { font: inherit; font-weight: 600; border: 0; border-radius: 8px; padding: .55rem 1.1rem; background: #1450b8; color: #fff; cursor: pointer; }
.row button { margin-left: auto; }
button.quiet { background: none; border: 1px solid var(--act); color: var(--act); padding: .35rem .8rem; font-size: .9rem; }
button:disabled { opacity: .6; cursor: default; }
.error { color: var(--bad); }
.hint, .meta { color: var(--dim); font-size: .9rem; }
.posts { list-style: none; margin: .75rem 0 0; padding: 0; display: grid; gap: .75rem; }
.post { border-top: 1px solid var(--line); padding-top: .75rem; }
.text { margin: 0 0 .25rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.post .meta { margin: 0; }
.badge { display: inline-block; border-radius: 999px; padding: .1rem .7rem; font-size: .88rem; font-weight: 600; background: var(--infobg); color: var(--info); }
.badge.gone { background: var(--goodbg); color: var(--good); }
.badge.wrong { background: none; border: 1px solid currentColor; color: var(--bad); }
.post.gone .text { text-decoration: line-through; opacity: .6; }
.card.gone { text-align: center; padding: 3rem 1rem; }
.status { font-size: 3.5rem; font-weight: 800; letter-spacing: .05em; margin: 0; color: var(--dim); line-height: 1; }
@media (prefers-reduced-motion: no-preference) { .badge { transition: background .2s, color .2s; } }
`;
