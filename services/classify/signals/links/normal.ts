import { isPublicSuffix } from './public-suffix.js';
import { type Form, type Site, siteOf } from './sites.js';

/** What is added to a link to follow who clicked it, and changes nothing of what it shows. */
const tracking = new Set(
  (
    'fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid li_fat_id igshid igsh mc_cid mc_eid mkt_tok ref_src ref_url ' +
    '_hsenc _hsmi __hstc __hssc __hsfp hsctatracking vero_id vero_conv oly_anon_id oly_enc_id wickedid rb_clickid s_cid spm ' +
    '_ga _gl at_medium at_campaign cmpid mbid ncid share_id srsltid sfnsn mibextid'
  ).split(' '),
);
const trackingByHost: Readonly<Record<string, ReadonlySet<string>>> = {
  'youtube.com': new Set(['si', 'feature', 'pp', 'ab_channel']),
  'm.youtube.com': new Set(['si', 'feature', 'pp', 'ab_channel']),
  'youtu.be': new Set(['si', 'feature']),
  'open.spotify.com': new Set(['si', 'context']),
  'twitter.com': new Set(['s', 't']),
  'mobile.twitter.com': new Set(['s', 't']),
  'x.com': new Set(['s', 't']),
};

/** One link in the form in which links are compared. */
export interface NormalLink {
  /** Lower case, punycode, without `www.` and final dot, of several hosts of a site the usual one; with the port where it is not the scheme's own. */
  host: string;
  /** Without final slash; empty for the root. */
  path: string;
  /** Sorted, without what says nothing of the page; empty or with its question mark. */
  query: string;
  /** Host, path, query, and a fragment that names a page of its own; of a page with several addresses the usual one. */
  whole: string;
}

/**
 * The normal form of a web link (a scheme may be missing), or undefined where it is none. http and https, `www.` and not, percent-encoding,
 * dot segments, tracking parameters, the order of parameters, and which of a site's addresses it is (`sites.ts`) make no difference.
 */
export function normalLink(link: string): NormalLink | undefined {
  const [, scheme] = /^[a-z][a-z0-9+.-]*:(\/\/|(?!\d))/i.exec(link) ?? [];
  // Of another scheme (mailto:), for a host with its port has digits behind the colon.
  if (scheme === '') return undefined;
  const withScheme = scheme ? link : `https://${link}`;
  if (!URL.canParse(withScheme)) return undefined;
  const url = new URL(withScheme);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  const name = url.hostname.replace(/\.$/, '').replace(/^www\.(?=.*\.)/, '');
  if (name === '') return undefined;
  const otherDefault = url.port === '80' || url.port === '443';
  const port = url.port === '' || otherDefault ? '' : `:${url.port}`;
  const path = plainEncoding(url.pathname)
    .replace(/\/{2,}/g, '/')
    .replace(/\/$/, '');
  const query = normalQuery(url.search, name);
  // Single-page applications and file hosts keep the page behind the hash.
  const hash = plainEncoding(url.hash).replace(/\/+$/, '');
  const fragment = /^#[!/]./.test(hash) ? hash : '';
  const site = port === '' ? siteOf(name) : undefined;
  if (site) return onSite(site, name, path, query, fragment);
  const host = `${name}${port}`;
  return { host, path, query, whole: `${host}${path}${query}${fragment}` };
}

function onSite(site: Site, name: string, given: string, asked: string, fragment: string): NormalLink {
  const { host, names, paths, pages, only } = site;
  const usual = rewritten(paths, name, given) ?? given;
  const path = names ? usual.replace(names, part => part.toLowerCase()) : usual;
  const naming = only?.[path];
  const query = naming ? filterQuery(asked, parameter => naming.includes(nameOf(parameter))) : asked;
  const page = fragment === '' ? rewritten(pages, name, `${path}${query}`) : undefined;
  return { host, path, query, whole: `${host}${page ?? `${path}${query}${fragment}`}` };
}

function rewritten(forms: readonly Form[] | undefined, host: string, text: string): string | undefined {
  const form = forms?.find(({ on, when }) => (on === undefined || on === host) && when.test(text));
  return form && text.replace(form.when, form.is);
}

const nameOf = (parameter: string): string => parameter.split('=', 1)[0] ?? '';

function filterQuery(query: string, keep: (parameter: string) => boolean): string {
  const parameters = query.slice(1).split('&').filter(keep);
  return parameters.length === 0 ? '' : `?${parameters.join('&')}`;
}

function normalQuery(search: string, host: string): string {
  const own = trackingByHost[host];
  const parameters = search
    .slice(1)
    .split('&')
    .filter(parameter => {
      const name = nameOf(parameter).toLowerCase();
      return parameter !== '' && !name.startsWith('utm_') && !tracking.has(name) && !own?.has(name);
    })
    .map(plainEncoding)
    .sort();
  return parameters.length === 0 ? '' : `?${parameters.join('&')}`;
}

/** RFC 3986, 6.2.2: unreserved characters stand for themselves, other codes are in capitals. */
function plainEncoding(text: string): string {
  return text.replace(/%[0-9a-f]{2}/gi, code => {
    const character = String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : code.toUpperCase();
  });
}

/** How much of a link an entry names: this page, everything below a path, or everything on a domain and its subdomains. */
export type LinkScope = 'link' | 'prefix' | 'domain';

/** The key under which an entry of this scope is kept, or why there can be none. */
export function linkKey(link: string, scope: LinkScope): { key: string } | { problem: string } {
  const normal = normalLink(link);
  if (!normal) return { problem: 'is not a web link' };
  const name = normal.host.replace(/:\d+$/, '');
  if (!name.includes('.') && !name.startsWith('[')) return { problem: `names no domain (${name})` };
  if (scope === 'link') return { key: `link ${normal.whole}` };
  if (normal.query !== '') return { problem: 'has a query; list it as link' };
  if (scope === 'domain') {
    if (isPublicSuffix(name)) return { problem: `is where many have names of their own (${name}); list theirs` };
    return normal.path === '' ? { key: `domain ${name}` } : { problem: 'has a path; list it as prefix or link' };
  }
  return normal.path === ''
    ? { problem: 'has no path; list it as domain or link' }
    : { key: `prefix ${normal.host}${normal.path}` };
}

const mostSteps = 32;

/** All keys under which this link may be listed, the narrowest first. Bounded: of a very deep path or name the ends are looked at. */
export function keysOf({ host, path, whole }: Omit<NormalLink, 'query'>): string[] {
  const keys = [`link ${whole}`];
  const segments = path.split('/', mostSteps);
  for (let n = segments.length; n > 1; n--) keys.push(`prefix ${host}${segments.slice(0, n).join('/')}`);
  const name = host.replace(/:\d+$/, '');
  if (name.startsWith('[')) return [...keys, `domain ${name}`];
  const labels = name.split('.').slice(-mostSteps);
  for (let n = 0; n < labels.length; n++) keys.push(`domain ${labels.slice(n).join('.')}`);
  return keys;
}
