import type { OrderContent } from '../../../orders/index.js';
import { rate } from '../format.js';
import { words } from './Received.js';
import { instantIn, localIn, ownZone } from './zone.js';

/** What is typed into the form: text by the path of its field; kept in this window until it is sent. */
export interface Draft {
  text: Record<string, string>;
  items: { url: string; platform: string; id: string; note: string }[];
  types: string[];
  territory: string[];
  sealed: boolean;
  copied: boolean;
}

export const noItem = { url: '', platform: '', id: '', note: '' };
const bases: Record<string, string> = {
  tco: 'Regulation (EU) 2021/784, Article 3',
  dsa9: '',
};
export const emptyDraft = (now: number): Draft => ({
  text: { instrument: 'tco', zone: ownZone, receivedAt: localIn(ownZone, now), legalBasis: bases.tco ?? '' },
  items: [noItem],
  types: [],
  territory: [],
  sealed: false,
  copied: false,
});
/** The basis that goes with an instrument; what somebody typed stays. */
export const withInstrument = ({ text, ...draft }: Draft, instrument: string): Draft => ({
  ...draft,
  text: {
    ...text,
    instrument,
    legalBasis: Object.values(bases).includes(text.legalBasis ?? '')
      ? (bases[instrument] ?? '')
      : (text.legalBasis ?? ''),
  },
});

const keyOf = (person: string): string => `sansdelai-order-draft-${person}`;
export function readDraft(person: string, now: number): Draft {
  const empty = emptyDraft(now);
  try {
    const kept = JSON.parse(sessionStorage.getItem(keyOf(person)) ?? 'null') as Draft | null;
    return kept ? { ...empty, ...kept } : empty;
  } catch {
    // Unreadable is as good as none.
    return empty;
  }
}
export const keepDraft = (person: string, draft: Draft): void =>
  sessionStorage.setItem(keyOf(person), JSON.stringify(draft));
export const dropDraft = (person: string): void => sessionStorage.removeItem(keyOf(person));

const day = 24 * 3600_000;
export const mostBytes = 5_000_000;

/** What the order says, as the API takes it; what is empty is left out. */
export function contentOf({ text, items, types, territory, sealed, copied }: Draft): OrderContent {
  const of = (name: string): string | undefined => text[name]?.trim() || undefined;
  const zone = text.zone ?? ownZone;
  const at = (name: string): string | undefined => {
    const found = instantIn(zone, text[name] ?? '');
    return found === undefined ? undefined : new Date(found).toISOString();
  };
  const group = (prefix: string, names: readonly string[]): Record<string, string> | undefined => {
    const found = names.flatMap(name => {
      const value = of(`${prefix}.${name}`);
      return value ? [[name, value] as const] : [];
    });
    return found.length > 0 ? Object.fromEntries(found) : undefined;
  };
  const tco = text.instrument !== 'dsa9';
  const given = items.filter(({ url }) => url.trim() !== '');
  const until = at('nonDisclosure.until');
  const content = {
    instrument: tco ? 'tco' : 'dsa9',
    reference: of('reference'),
    issuingState: of('issuingState'),
    issuedAt: at('issuedAt'),
    language: of('language'),
    legalBasis: of('legalBasis'),
    authority: group('authority', ['name', 'kind', 'address', 'representative', 'file', 'email', 'telephone']),
    items:
      given.length > 0
        ? given.map(item =>
            Object.fromEntries(
              Object.entries(item).flatMap(([name, value]) => (value.trim() ? [[name, value.trim()]] : [])),
            ),
          )
        : undefined,
    types: tco && types.length > 0 ? types : undefined,
    reasons: of('reasons'),
    redress: group('redress', ['body', 'court', 'deadline']),
    nonDisclosure:
      sealed && until
        ? { until, ...(of('nonDisclosure.reasons') && { reasons: of('nonDisclosure.reasons') }) }
        : undefined,
    feedbackTo: of('feedbackTo'),
    copied: tco && copied ? true : undefined,
    territory: !tco && territory.length > 0 ? territory : undefined,
    deadline: tco ? undefined : at('deadline'),
  };
  return JSON.parse(JSON.stringify(content)) as OrderContent;
}

export const receivedOf = ({ text }: Draft): number | undefined =>
  instantIn(text.zone ?? ownZone, text.receivedAt ?? '');

/** What has to be mended before it can be sent, by field. */
export function faultsOf(draft: Draft, file: File | undefined, now: number): Record<string, string> {
  const { errors } = words;
  const { text, sealed } = draft;
  const faults: Record<string, string> = {};
  const received = receivedOf(draft);
  if (!text.receivedAt) faults.receivedAt = errors.receivedNone;
  else if (received === undefined) faults.receivedAt = errors.time;
  // To the minute: what is typed at once is not in the future.
  else if (received > now) faults.receivedAt = errors.receivedFuture;
  else if (received < now - 90 * day) faults.receivedAt = errors.receivedOld;
  for (const name of ['issuedAt', 'deadline', 'nonDisclosure.until'])
    if (text[name] && instantIn(text.zone ?? ownZone, text[name]) === undefined) faults[name] = errors.time;
  if (sealed && !text['nonDisclosure.until']) faults['nonDisclosure.until'] = errors.time;
  if (file && file.size > mostBytes) faults.file = errors.fileLarge(rate(file.size / 1_000_000));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  else if (file && !/^[^/\\\u0000-\u001f\u007f-\u009f]{1,200}$/.test(file.name)) faults.file = errors.fileName;
  return faults;
}

export function isExactUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) && url.username === '';
}

/** What Article 3(4), or Article 9(2), asks for and is not there; the names that the findings of the server have. */
export function lacksOf(content: OrderContent): string[] {
  const { instrument, reference, authority, issuingState, reasons, items, legalBasis, issuedAt, redress } = content;
  const checks: [string, boolean][] = [
    ['reference', !reference],
    ['issuingState', !issuingState],
    ['issuedAt', !issuedAt],
    ['legalBasis', !legalBasis],
    ['items', !items?.length || items.some(({ url }) => !isExactUrl(url))],
    ['types', instrument === 'tco' && !content.types?.length],
    ['reasons', (reasons?.trim().length ?? 0) < 20],
    ['authority.name', !authority?.name],
    ['redress', !redress?.body && !redress?.court],
    ['territory', instrument === 'dsa9' && !content.territory?.length],
  ];
  return checks.flatMap(([name, lacks]) => (lacks ? [name] : []));
}
