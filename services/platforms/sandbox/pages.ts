import { isoTime } from '../../runtime/index.js';
import { type Html, html } from './html.js';
import type { SandboxPost } from './tables.js';
import { aboutWords, latestWords, mostText, standardTestPost } from './words.js';

const excerptLength = 240;
const clock = (at: number) => `${isoTime(at).slice(11, 19)} UTC`;

function page(base: string, title: string, main: Html, script = html``): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${base}/style.css">
${script}
</head>
<body data-base="${base}">
<header class="bar"><a class="brand" href="${base}">Sandbox</a><span>a small public site, watched over by Sans Délai</span><nav><a href="${base}/about">About</a><a href="/">Live page</a></nav></header>
<main>${main}</main>
</body>
</html>`.text;
}

function entry(base: string, post: SandboxPost): Html {
  const text = post.text ?? '';
  const excerpt = text.length > excerptLength ? `${text.slice(0, excerptLength)}…` : text;
  return html`<li class="post"><p class="text">${excerpt}</p><p class="meta">${post.author} · <a href="${base}/posts/${post.id}"><time datetime="${isoTime(post.created_at)}">${clock(post.created_at)}</time></a></p></li>`;
}

/** The first page a newcomer tries: write a post, and see what becomes of it. */
export function frontPage(base: string, posts: readonly SandboxPost[]): string {
  const list = posts.map(post => entry(base, post));
  return page(
    base,
    'Sandbox',
    html`
<section class="card">
<h1>Write a post, and watch</h1>
<p>Whatever is written here is public at once, and flows through the pipeline as a real platform's posts do.
Most posts stay. The <strong>standard test post</strong> is harmless and made to be removed, so that nobody needs a terrorist's words to try it:</p>
<p class="sample"><code>${standardTestPost}</code><button type="button" id="insert" class="quiet" hidden>Insert the standard test post</button></p>
<form id="write" method="post" action="${base}/posts">
<label for="text">Your post</label>
<textarea id="text" name="text" rows="4" maxlength="${mostText}" required placeholder="Anything; it is public on this machine's sandbox."></textarea>
<div class="row"><label for="author">Name</label><input id="author" name="author" maxlength="64" value="visitor" autocomplete="off"><button type="submit">Publish</button></div>
<p id="error" class="error" role="alert" hidden></p>
</form>
</section>
<section class="card" id="mine" hidden>
<h2>What became of it</h2>
<p class="hint">This page asks for each post's public page as any visitor would, again and again, until it answers <code>410 Gone</code>.</p>
<ol id="watched" class="posts" aria-live="polite"></ol>
</section>
<section class="card">
<h2>${latestWords}</h2>
<ol id="latest" class="posts">${list.length > 0 ? list : html`<li class="hint">Nothing yet.</li>`}</ol>
</section>`,
    html`<script type="module" src="${base}/client.js"></script>`,
  );
}

export const postPage = (base: string, post: SandboxPost): string =>
  page(
    base,
    'A post in the sandbox',
    html`<article class="card"><p class="text">${post.text ?? ''}</p><p class="meta">${post.author} · <time datetime="${isoTime(post.changed_at)}">${isoTime(post.changed_at)}</time>${post.version > 1 ? html` · version ${post.version}` : ''}</p></article>
<p class="hint">This is what the public reads. Once the post is removed, this address answers <code>410 Gone</code>.</p>`,
  );

/** Says nothing of what the post said. */
export function gonePage(base: string, post: SandboxPost): string {
  const by = post.deleted_at === null ? 'Removed' : 'Deleted by its author';
  const after = (post.deleted_at ?? post.removed_at ?? post.changed_at) - post.changed_at;
  const when = post.deleted_at === null ? html`<p class="meta">${after} ms after it was written</p>` : html``;
  return page(
    base,
    '410 Gone',
    html`<article class="card gone"><p class="status">410</p><h1>${by}</h1>${when}</article>`,
  );
}

export const missingPage = (base: string): string =>
  page(
    base,
    '404 Not found',
    html`<article class="card gone"><p class="status">404</p><h1>There is no such post</h1></article>`,
  );

/** The control: whatever is removed, it answers the same. */
export const aboutPage = (base: string): string =>
  page(
    base,
    'About the sandbox',
    html`<article class="card"><h1>About the sandbox</h1>
<p>The sandbox is a platform of its own: posts are made here, read here, and removed by calls to its interface, as on any other platform.</p>
<p>${aboutWords}. A removal counts only after this page was seen to answer as usual: a site that is down has removed nothing.</p>
<h2>Without a browser</h2>
<pre>curl -d '{"text":"${standardTestPost}"}' -H 'content-type: application/json' …${base}/posts
curl -i …${base}/posts/ID</pre>
<p><code>PUT</code> to a post's address with <code>{"text"}</code> makes a new version, <code>DELETE</code> takes it back, <code>.json</code> after it answers JSON.</p></article>`,
  );
