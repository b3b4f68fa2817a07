/** A site whose pages have several addresses. Kept as data: what is known of a site is one row. */
export interface Site {
  host: string;
  /** Hosts that show the same under the same path, or by `pages`. */
  also?: readonly string[];
  /** The first part of a path is somebody's name, in which case makes no difference. */
  names?: RegExp;
  /** Paths that show what another path shows, also for what is below them. */
  paths?: readonly Form[];
  /** Addresses of one page. */
  pages?: readonly Form[];
  /** Parameters that name the page, by path: all others say only how it is shown. */
  only?: Readonly<Record<string, readonly string[]>>;
}

/** What is written as `when` is the same as `is`, with the groups of `when`. */
export interface Form {
  /** Only on this host. */
  on?: string;
  /** Of `paths` over the path, of `pages` over path and query (sorted). */
  when: RegExp;
  is: string;
}

const name = /^\/(?!\+|joinchat\/)[A-Za-z]\w{3,31}(?=\/|$)/;
const user = /^\/\w{1,20}(?=\/|$)/;

export const sites: readonly Site[] = [
  {
    host: 'youtube.com',
    also: ['m.youtube.com', 'music.youtube.com', 'gaming.youtube.com', 'youtube-nocookie.com', 'youtu.be'],
    only: { '/watch': ['v'] },
    pages: [
      { on: 'youtu.be', when: /^\/([\w-]{6,20})(?:\?.*)?$/, is: '/watch?v=$1' },
      { when: /^\/(?:shorts|embed|live|v|e)\/([\w-]{6,20})(?:\?.*)?$/, is: '/watch?v=$1' },
    ],
  },
  {
    host: 'x.com',
    also: ['twitter.com', 'mobile.twitter.com', 'm.twitter.com', 'mobile.x.com'],
    names: user,
    // Whose name stands before it makes no difference: the number alone names the post.
    pages: [
      {
        when: /^\/(?:i\/web|\w{1,20})\/status(?:es)?\/(\d+)(?:\/(?:photo|video)\/\d+)?(?:\?.*)?$/,
        is: '/i/status/$1',
      },
    ],
  },
  {
    host: 't.me',
    also: ['telegram.me', 'telegram.dog'],
    names: name,
    paths: [{ when: /^\/s\/([A-Za-z]\w{3,31}(?:\/\d+)?)$/, is: '/$1' }],
    pages: [
      { when: /^(\/[A-Za-z]\w{3,31}\/\d+)\?.*$/, is: '$1' },
      { when: /^\/joinchat\/([\w-]+)(?:\?.*)?$/, is: '/+$1' },
    ],
  },
  {
    host: 'reddit.com',
    also: ['old.reddit.com', 'new.reddit.com', 'np.reddit.com', 'm.reddit.com', 'i.reddit.com', 'redd.it'],
    pages: [
      { on: 'redd.it', when: /^\/([a-z0-9]{4,10})(?:\?.*)?$/, is: '/comments/$1' },
      { when: /^\/r\/\w+\/comments\/([a-z0-9]{4,10})(?:\/[^/?]*)?(?:\?.*)?$/, is: '/comments/$1' },
    ],
  },
  {
    host: 'facebook.com',
    also: ['m.facebook.com', 'mbasic.facebook.com', 'web.facebook.com', 'touch.facebook.com', 'fb.com', 'm.fb.com'],
  },
  {
    host: 'instagram.com',
    also: ['m.instagram.com', 'instagr.am'],
    pages: [{ when: /^\/(?:[\w.]{1,30}\/)?(?:p|reel|reels|tv)\/([\w-]+)(?:\/embed)?(?:\?.*)?$/, is: '/p/$1' }],
  },
  {
    host: 'tiktok.com',
    also: ['m.tiktok.com'],
    pages: [{ when: /^\/@[\w.-]+\/(video|photo)\/(\d+)(?:\?.*)?$/, is: '/$1/$2' }],
  },
  {
    host: 'dailymotion.com',
    also: ['dai.ly'],
    pages: [
      { on: 'dai.ly', when: /^\/(\w{5,20})(?:\?.*)?$/, is: '/video/$1' },
      { when: /^(?:\/embed)?\/video\/(\w{5,20})(?:\?.*)?$/, is: '/video/$1' },
    ],
  },
  { host: 'vimeo.com', also: ['player.vimeo.com'], pages: [{ when: /^(?:\/video)?\/(\d+)(?:\?.*)?$/, is: '/$1' }] },
  { host: 'vk.com', also: ['m.vk.com', 'vk.ru', 'm.vk.ru'] },
  { host: 'ok.ru', also: ['m.ok.ru', 'odnoklassniki.ru'] },
  { host: 'soundcloud.com', also: ['m.soundcloud.com'] },
  {
    host: 'drive.google.com',
    pages: [
      { when: /^\/file\/d\/([\w-]+)(?:\/(?:view|edit|preview))?(?:\?.*)?$/, is: '/open?id=$1' },
      { when: /^\/(?:open|uc)\?(?:.*&)?id=([\w-]+)(?:&.*)?$/, is: '/open?id=$1' },
    ],
  },
  { host: 'archive.org', pages: [{ when: /^\/(?:embed|details)\/([^/?]+)(?:\?.*)?$/, is: '/details/$1' }] },
];

const byHost = new Map(sites.flatMap(site => [site.host, ...(site.also ?? [])].map(host => [host, site] as const)));

/** The site that a host belongs to. */
export const siteOf = (host: string): Site | undefined => byHost.get(host);
