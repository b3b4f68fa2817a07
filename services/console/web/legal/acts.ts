import { words } from './time.js';
import { type ActType, active, held, inForce, type Shown, type ShownForm, type ShownItem } from './types.js';

export interface Field {
  name: string;
  /** The part of what is sent that it goes into, where that is called otherwise. */
  sent?: string;
  label: string;
  kind: 'line' | 'long' | 'select' | 'check' | 'day';
  /** Fewest characters; 0 where it may be left empty. */
  min: number;
  most?: number;
  options?: readonly (readonly [string, string])[];
  value?: string;
}

/** Something that the desk may do now, as a form. */
export interface Act {
  key: string;
  type: ActType;
  label: string;
  hint: string;
  warning?: string | undefined;
  /** Why it can't be done yet. */
  blocked?: string | undefined;
  /** It can't be undone: what is said before it is done. */
  sure?: string | undefined;
  first?: boolean;
  fields: readonly Field[];
  /** What is sent, and where, if it is no event of the order. */
  body(given: Record<string, string>): object;
  path?: string;
}

const { acts } = words;
const long = (name: string, label: string, min = 1): Field => ({ name, label, kind: 'long', min, most: 5_000 });

const openItems = ['unknown', 'not-public', 'found', 'removing'];

/** A plain event: its words, and what it asks for. */
function event(type: Exclude<ActType, 'volume'>, fields: readonly Field[] = [], more: Partial<Act> = {}): Act {
  const { label, hint, sure } = acts[type] as { label: string; hint: string; sure?: string };
  return {
    ...{ key: type, type, label, hint, fields },
    ...(sure && { sure }),
    body: given => ({ type, ...Object.fromEntries(fields.map(({ name }) => [name, (given[name] ?? '').trim()])) }),
    ...more,
  };
}

/** What may be done about the order as a whole. The machine has the last word: what it refuses is told. */
export function actsNow(order: Shown, now: number): Act[] {
  const { phase, items, doubts, instrument, takenBy, authority } = order;
  const found: Act[] = [];
  const unknown = items.find(item => item.phase === 'unknown');
  const verified = authority !== undefined && !doubts.includes('authority');
  const waits = phase === 'deciding' || held.includes(phase);
  if (phase === 'deciding' && doubts.includes('volume') && authority)
    found.push({
      ...{ key: 'volume', type: 'volume', fields: [], ...acts.volume },
      path: `/v1/authorities/${encodeURIComponent(authority)}/confirm`,
      body: () => ({}),
    });
  if (waits && items.some(item => openItems.includes(item.phase)))
    found.push(event('execute', [], { first: true, ...(unknown && { blocked: acts.execute.blocked(unknown.n) }) }));
  if (held.includes(phase)) found.push(event('release', [long('note', acts.release.note)]));
  if (takenBy === undefined && doubts.length > 0 && inForce.includes(phase)) found.push(event('taken'));
  if (instrument === 'tco' && (phase === 'deciding' || phase === 'executing')) {
    const { hold } = acts;
    const grounds = Object.entries(words.grounds);
    found.push({
      ...event('hold', [
        { name: 'ground', label: hold.ground, kind: 'select', min: 1, options: grounds },
        long('explanation', hold.explanation, 20),
        { name: 'notAnOutageAlone', label: hold.outage, kind: 'check', min: 0 },
      ]),
      ...(now > Date.parse(order.dueAt) && { warning: hold.late }),
      body: ({ ground = '', explanation = '', notAnOutageAlone }) => ({
        ...{ type: 'hold', ground, explanation: explanation.trim() },
        ...(notAnOutageAlone && { notAnOutageAlone: true }),
      }),
    });
  }
  if (waits && !verified) found.push(event('refuse', [long('note', acts.refuse.note)]));
  return found;
}

export function actsOfItem({ phase }: Shown, { n, claimed, phase: stands, target }: ShownItem): Act[] {
  const found: Act[] = [];
  const many = { key: (type: string) => `${type}-${n}` };
  const { 'item-named': named, 'item-left': left, 'item-gone': gone, 'item-back': back } = acts;
  if (stands === 'removing' && claimed)
    found.push(
      event('item-gone', [long('note', gone.note, 20)], {
        key: many.key('item-gone'),
        body: ({ note = '' }) => ({ type: 'item-gone', n, note: note.trim() }),
      }),
    );
  if (stands === 'restoring' && claimed)
    found.push(
      event('item-back', [long('note', back.note, 20)], {
        key: many.key('item-back'),
        body: ({ note = '' }) => ({ type: 'item-back', n, note: note.trim() }),
      }),
    );
  if (inForce.includes(phase) && stands !== 'left')
    found.push(
      event(
        'item-named',
        [
          { name: 'platform', label: named.platform, kind: 'line', min: 1, most: 63, value: target?.platform ?? '' },
          { name: 'post', sent: 'target', label: named.post, kind: 'line', min: 1, most: 512 },
          {
            ...{ name: 'moved', label: named.moved, kind: 'check', min: 0 },
            // What was dealt with already is named anew only because it moved.
            value: stands === 'gone' || stands === 'removing' ? 'yes' : '',
          },
        ],
        {
          key: many.key('item-named'),
          body: ({ platform = '', post = '', moved }) => ({
            ...{ type: 'item-named', n, moved: Boolean(moved) },
            target: { platform: platform.trim(), post: post.trim() },
          }),
        },
      ),
    );
  if (active.includes(phase) && openItems.includes(stands))
    found.push(
      event('item-left', [long('note', left.note)], {
        key: many.key('item-left'),
        body: ({ note = '' }) => ({ type: 'item-left', n, note: note.trim() }),
      }),
    );
  return found;
}

export function actsOfForm({ n, sentAt }: ShownForm): Act[] {
  if (sentAt !== undefined) return [];
  const body = ({ receipt = '' }: Record<string, string>) => ({ type: 'form-sent', n, receipt: receipt.trim() });
  return [event('form-sent', [long('receipt', acts['form-sent'].receipt)], { key: `form-sent-${n}`, body })];
}

export function actsOfScrutiny({ phase, scrutiny, scrutinyRequestDueAt }: Shown, now: number): Act[] {
  if (scrutinyRequestDueAt === undefined || !inForce.includes(phase)) return [];
  const { 'scrutiny-decided': decided, 'scrutiny-asked': asked } = acts;
  if (scrutiny === 'asked' || scrutiny === 'opened')
    return [
      event(
        'scrutiny-decided',
        [
          {
            ...{ name: 'infringes', label: decided.infringes, kind: 'select', min: 1 },
            options: [
              ['no', decided.no],
              ['yes', decided.yes],
            ],
          },
          long('note', decided.note),
        ],
        {
          body: ({ infringes, note = '' }) => ({
            ...{ type: 'scrutiny-decided', infringes: infringes === 'yes', note: note.trim() },
          }),
        },
      ),
    ];
  const asks = scrutiny === 'none' && now <= Date.parse(scrutinyRequestDueAt);
  return [
    ...(asks ? [event('scrutiny-asked', [long('reasons', asked.reasons)]), event('scrutiny-waived')] : []),
    ...(['none', 'waived', 'lapsed'].includes(scrutiny) ? [event('scrutiny-opened')] : []),
  ];
}

export function actsOfForce({ phase, finality }: Shown): Act[] {
  if (!inForce.includes(phase)) return [];
  return [
    ...(finality === 'pending' ? [event('final', [long('note', acts.final.note)])] : []),
    event('annulled', [long('note', acts.annulled.note)]),
    event('withdrawn', [long('note', acts.withdrawn.note)]),
  ];
}

/** Six weeks from the end that it has, as the field wants it. */
const sixWeeksAfter = (at: string): string =>
  new Date(Date.parse(at) + 6 * 7 * 24 * 3600_000).toISOString().slice(0, 10);

export function actsOfSeal({ instrument, sealed, sealedUntil, sealExtended }: Shown): Act[] {
  if (!sealed || sealedUntil === undefined) return [];
  const { until, later, hintDsa } = acts['seal-extended'];
  const dsa = instrument === 'dsa9';
  const extend = event(
    'seal-extended',
    [{ name: 'until', label: until, kind: 'day', min: 1, value: sixWeeksAfter(sealedUntil) }],
    {
      ...(dsa ? { label: later, hint: hintDsa } : {}),
      // To the end of that day, where the desk is.
      body: ({ until = '' }) => ({ type: 'seal-extended', until: new Date(`${until}T23:59:59`).toISOString() }),
    },
  );
  return [
    // TCO Article 11(3) knows one extension.
    ...(sealExtended && !dsa ? [] : [extend]),
    event('unsealed'),
  ];
}
