import { findLinks, keysOf, linkKey, normalLink } from '../../services/classify/signals/links/index.js';
import { fc } from '../property.js';

const normal = (link: string): string | undefined => normalLink(link)?.whole;

describe('the normal form of a link', () => {
  test.each([
    ['http://example.org/a', 'https://example.org/a', 'schemes'],
    ['HTTPS://EXAMPLE.org/a', 'https://example.org/a', 'case of scheme and host'],
    ['example.org/a', 'https://example.org/a', 'no scheme'],
    ['https://www.example.org/a', 'https://example.org/a', 'www.'],
    ['https://example.org./a', 'https://example.org/a', 'final dot of the host'],
    ['https://example.org:443/a', 'https://example.org/a', "https's own port"],
    ['http://example.org:80/a', 'https://example.org/a', "http's own port"],
    ['https://example.org:80/a', 'https://example.org/a', "the other scheme's port"],
    ['https://someone:secret@example.org/a', 'https://example.org/a', 'user and password'],
    ['https://example.org/a/', 'https://example.org/a', 'final slash'],
    ['https://example.org/', 'https://example.org', 'root'],
    ['https://example.org//a///b', 'https://example.org/a/b', 'doubled slashes'],
    ['https://example.org/x/../a/./b', 'https://example.org/a/b', 'dot segments'],
    ['https://example.org/%61%2Db', 'https://example.org/a-b', 'needless percent-encoding'],
    ['https://example.org/a%c3%a9', 'https://example.org/aé', 'letters in UTF-8'],
    ['https://example.org/a%2fb', 'https://example.org/a%2Fb', 'case of percent-encoding'],
    ['https://bücher.example/a', 'https://xn--bcher-kva.example/a', 'punycode'],
    ['https://ＥＸＡＭＰＬＥ.org/a', 'https://example.org/a', 'full-width host'],
    ['http://0x7f.1/a', 'http://127.0.0.1/a', 'spellings of an IPv4 address'],
    ['https://example.org/a?utm_source=x&utm_medium=y', 'https://example.org/a', 'campaign parameters'],
    ['https://example.org/a?fbclid=1&id=7&gclid=2', 'https://example.org/a?id=7', 'click parameters among others'],
    ['https://example.org/a?FBCLID=1', 'https://example.org/a', 'case of click parameters'],
    ['https://example.org/a?b=2&a=1', 'https://example.org/a?a=1&b=2', 'order of parameters'],
    ['https://example.org/a?', 'https://example.org/a', 'empty query'],
    ['https://example.org/a#part', 'https://example.org/a', 'place within the page'],
    ['https://example.org/a#:~:text=b', 'https://example.org/a', 'text fragment'],
    ['https://youtube.com/watch?v=1&si=2', 'https://www.youtube.com/watch?v=1', 'share parameter of its host'],
    ['https://x.com/a/status/1?s=20&t=q', 'https://x.com/a/status/1', 'share parameters of its host'],
  ])('%s is %s (%s)', (one, other) => {
    expect(normal(one)).toBeDefined();
    expect(normal(one)).toBe(normal(other));
  });

  test.each([
    ['https://example.org/a', 'https://example.org/A', 'case of the path'],
    ['https://example.org/a', 'https://example.org/b', 'path'],
    ['https://example.org/a', 'https://sub.example.org/a', 'subdomain'],
    ['https://example.org/a', 'https://example.org:8080/a', 'port'],
    ['https://example.org/a?id=1', 'https://example.org/a?id=2', 'parameter'],
    ['https://example.org/a/b', 'https://example.org/a%2Fb', 'an encoded slash'],
    ['https://example.org/#!a', 'https://example.org/#!b', 'a page behind #!'],
    ['https://example.org/#/a', 'https://example.org/#/b', 'a page behind #/'],
    ['https://example.org/a?s=1', 'https://example.org/a', "a parameter that is tracking on another's host only"],
    ['https://trusted.example@other.example/', 'https://trusted.example/', 'a host in the place of the user'],
  ])('%s is not %s (%s)', (one, other) => {
    expect(normal(one)).toBeDefined();
    expect(normal(one)).not.toBe(normal(other));
  });

  test.each([
    '',
    'mailto:a@example.org',
    'javascript:alert(1)',
    'ftp://example.org/a',
    'https://',
    'https://exa mple.org',
    'a b',
  ])('"%s" is no web link', link => {
    expect(normalLink(link)).toBeUndefined();
  });

  test('is its own normal form', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), link => {
        const once = normal(link) ?? '';
        expect(normal(once)).toBe(once);
      }),
      { numRuns: 1000, examples: [['http://a.aa#!/'], ['http://a.aa#!//'], ['http://a.aa#//']] },
    );
  });
});

describe('what a listed link names', () => {
  const matches = (link: string, listed: string, scope: 'link' | 'prefix' | 'domain'): boolean => {
    const found = linkKey(listed, scope);
    const of = normalLink(link);
    if ('problem' in found || !of) throw new Error('no link');
    return keysOf(of).includes(found.key);
  };

  test.each([
    ['https://example.org/a/b?c=1', 'example.org/a/b?c=1', 'link', true],
    ['https://example.org/a/b?c=1', 'example.org/a/b', 'link', false],
    ['https://example.org/a/b?c=1', 'example.org/a', 'prefix', true],
    ['https://example.org/a', 'example.org/a', 'prefix', true],
    ['https://example.org/abc', 'example.org/a', 'prefix', false],
    ['https://sub.example.org/a', 'example.org/a', 'prefix', false],
    ['https://example.org/x', 'example.org', 'domain', true],
    ['https://deep.sub.example.org:8080/x', 'example.org', 'domain', true],
    ['https://badexample.org/x', 'example.org', 'domain', false],
    ['https://example.org.evil.example/x', 'example.org', 'domain', false],
    ['http://[2001:db8::1]/x', '[2001:db8::1]', 'domain', true],
  ] as const)('%s by %s (%s): %s', (link, listed, scope, expected) => {
    expect(matches(link, listed, scope)).toBe(expected);
  });

  test.each([
    ['no link at all', 'link'],
    ['https://localhost/a', 'link'],
    ['com', 'domain'],
    ['example.org/a', 'domain'],
    ['example.org', 'prefix'],
  ] as const)('"%s" can not be listed as %s', (listed, scope) => {
    expect(linkKey(listed, scope)).toHaveProperty('problem');
  });

  test('a link of a thousand segments or labels has a bounded number of keys', () => {
    expect(keysOf(normalLink(`https://example.org${'/a'.repeat(1000)}`)!).length).toBeLessThan(100);
    expect(keysOf({ host: `${'a.'.repeat(1000)}example`, path: '', whole: '' }).length).toBeLessThan(100);
  });
});

describe('links in a text', () => {
  const links = (text: string): string[] => findLinks(text).map(link => link.text);

  test.each([
    ['see https://example.org/a?b=c.', ['https://example.org/a?b=c']],
    ['(http://example.org/a), "www.example.org"!', ['http://example.org/a', 'www.example.org']],
    ['on t.me/somewhere/12 or example.org', ['t.me/somewhere/12', 'example.org']],
    ['انظر https://example.org/أ، الآن', ['https://example.org/أ']],
    ['пример.рф/страница', ['пример.рф/страница']],
    ['xn--bcher-kva.example and example.xn--p1ai', ['xn--bcher-kva.example', 'example.xn--p1ai']],
    ['<a href="https://example.org/a">', ['https://example.org/a']],
    ['mail someone@example.org', []],
    ['1.5 and 3.14 ... e.g.', []],
    ['', []],
  ])('%s', (text, expected) => {
    expect(links(text)).toEqual(expected);
  });

  test('no more than 200', () => {
    expect(links('example.org '.repeat(1000))).toHaveLength(200);
  });
});
