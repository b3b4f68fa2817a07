import { keysOf, linkKey, normalLink } from '../../services/classify/signals/links/index.js';
import { sites } from '../../services/classify/signals/links/sites.js';

const normal = (link: string): string | undefined => normalLink(link)?.whole;
const matches = (link: string, listed: string, scope: 'link' | 'prefix' | 'domain'): boolean => {
  const found = linkKey(listed, scope);
  const of = normalLink(link);
  if ('problem' in found || !of) throw new Error(`no link: ${JSON.stringify(found)}`);
  return keysOf(of).includes(found.key);
};

describe('one page under several addresses', () => {
  test.each([
    [
      'youtube.com/watch?v=abcDEF12345',
      'https://youtu.be/abcDEF12345',
      'https://youtu.be/abcDEF12345?si=x&t=12',
      'https://www.youtube.com/watch?v=abcDEF12345&list=PL1&index=3&t=9s',
      'https://m.youtube.com/watch?feature=share&v=abcDEF12345',
      'https://youtube.com/shorts/abcDEF12345',
      'https://www.youtube-nocookie.com/embed/abcDEF12345?autoplay=1',
      'https://www.youtube.com/live/abcDEF12345/',
    ],
    [
      'x.com/i/status/123456',
      'https://twitter.com/Somebody/status/123456',
      'https://mobile.twitter.com/somebody/status/123456?s=20',
      'https://x.com/other/status/123456/photo/1',
      'https://x.com/i/web/status/123456',
      'https://twitter.com/a/statuses/123456?ref_src=x&lang=de',
    ],
    ['x.com/somebody', 'https://twitter.com/SomeBody', 'http://www.x.com/somebody/'],
    [
      't.me/somechannel/12',
      'https://t.me/SomeChannel/12',
      'https://t.me/s/somechannel/12',
      'https://telegram.me/somechannel/12?single',
      'https://telegram.dog/s/SOMECHANNEL/12?before=3',
    ],
    ['t.me/somechannel', 'https://t.me/s/SomeChannel', 'telegram.me/somechannel'],
    ['t.me/+AbCdEf_123', 'https://t.me/joinchat/AbCdEf_123', 'https://telegram.me/+AbCdEf_123'],
    [
      'reddit.com/comments/1abc2d',
      'https://redd.it/1abc2d',
      'https://old.reddit.com/r/some/comments/1abc2d/a_title/?context=3',
      'https://www.reddit.com/r/some/comments/1abc2d/',
    ],
    [
      'instagram.com/p/AbC-1_x',
      'https://www.instagram.com/reel/AbC-1_x/?igsh=1',
      'https://instagram.com/someone/p/AbC-1_x',
      'https://instagr.am/p/AbC-1_x/',
    ],
    ['tiktok.com/video/987', 'https://www.tiktok.com/@some.one/video/987?lang=en', 'https://m.tiktok.com/@x/video/987'],
    [
      'dailymotion.com/video/x8abcd',
      'https://dai.ly/x8abcd',
      'https://www.dailymotion.com/embed/video/x8abcd?autoplay=1',
    ],
    ['vimeo.com/1234', 'https://player.vimeo.com/video/1234?h=1', 'https://vimeo.com/1234'],
    [
      'drive.google.com/open?id=ID-1',
      'https://drive.google.com/file/d/ID-1/view?usp=sharing',
      'https://drive.google.com/uc?export=download&id=ID-1',
    ],
    ['archive.org/details/item', 'https://archive.org/embed/item', 'https://www.archive.org/details/item?start=1'],
    ['vk.com/wall-1_2', 'https://m.vk.com/wall-1_2', 'https://vk.ru/wall-1_2'],
    [
      'facebook.com/some.one/posts/1',
      'https://mbasic.facebook.com/some.one/posts/1',
      'https://fb.com/some.one/posts/1',
    ],
  ])('%s', (usual, ...others) => {
    for (const other of [usual, ...others]) expect([other, normal(other)]).toEqual([other, usual]);
  });

  test.each([
    ['https://youtu.be/abcDEF12345', 'https://youtu.be/ABCdef12345'],
    ['https://youtube.com/watch?v=abcDEF12345', 'https://youtube.com/playlist?list=abcDEF12345'],
    ['https://t.me/+AbCd', 'https://t.me/+abcd'],
    ['https://t.me/somechannel/1', 'https://t.me/somechannel/2'],
    ['https://x.com/a/status/1', 'https://x.com/a/status/2'],
    ['https://notyoutu.be/abcDEF12345', 'https://youtu.be/abcDEF12345'],
    ['https://youtu.be:8080/abcDEF12345', 'https://youtu.be/abcDEF12345'],
    ['https://youtu.be.evil.example/abcDEF12345', 'https://youtu.be/abcDEF12345'],
    ['https://example.org/s/somechannel', 'https://example.org/somechannel'],
  ])('%s is not %s', (one, other) => {
    expect(normal(one)).toBeDefined();
    expect(normal(one)).not.toBe(normal(other));
  });

  test('what is written in the table is its own normal form, and leads to no other site', () => {
    for (const { host, also = [], pages = [], paths = [] } of sites) {
      expect(normal(`https://${host}/`)).toBe(host);
      for (const other of also) expect(normal(`https://${other}/`)).toBe(host);
      for (const { is } of [...pages, ...paths]) {
        const shown = is.replace(/\$\d/g, 'abc123');
        if (!/^\/(video|photo|abc123)?\/?/.test(shown)) continue;
        const once = normal(`https://${host}${shown}`) ?? '';
        expect(normal(`https://${once}`)).toBe(once);
        expect(once.startsWith(host)).toBe(true);
      }
    }
  });
});

describe('what is listed on a site with several hosts', () => {
  test.each([
    ['https://twitter.com/SomeBody/status/12', 'https://x.com/somebody', 'prefix', true],
    ['https://x.com/somebodyelse/status/12', 'https://x.com/somebody', 'prefix', false],
    ['https://t.me/s/somechannel/99', 'https://telegram.me/SomeChannel', 'prefix', true],
    ['https://t.me/somechannel2/99', 'https://telegram.me/SomeChannel', 'prefix', false],
    ['https://m.vk.com/club1', 'vk.com', 'domain', true],
    ['https://mobile.twitter.com/a/status/12?s=1', 'https://x.com/b/status/12', 'link', true],
  ] as const)('%s by %s (%s): %s', (link, listed, scope, expected) => {
    expect(matches(link, listed, scope)).toBe(expected);
  });
});

describe('what can not be listed', () => {
  test.each([
    ['https://youtube.com/watch?v=abcDEF12345', 'prefix', 'query'],
    ['https://example.org/?id=1', 'domain', 'query'],
    ['https://example.org/a', 'domain', 'path'],
    ['co.uk', 'domain', 'many'],
    ['https://www.co.uk/', 'domain', 'many'],
    ['com.au', 'domain', 'many'],
    ['github.io', 'domain', 'many'],
    ['blogspot.com', 'domain', 'many'],
    ['xn--p1ai.', 'domain', 'domain'],
  ] as const)('%s as %s', (link, scope, why) => {
    expect(linkKey(link, scope)).toEqual({ problem: expect.stringContaining(why) });
  });

  test.each(['example.co.uk', 'someone.github.io', 'listed.example', '127.0.0.1', '[2001:db8::1]'])(
    '%s can',
    domain => {
      expect(linkKey(domain, 'domain')).toEqual({ key: `domain ${domain}` });
    },
  );
});
