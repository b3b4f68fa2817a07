import { memberStates } from '../../orders/index.js';
import { realTime } from '../../runtime/index.js';
import type { Authority, Reply, Target } from './authority.js';

/** What came of a case. */
export interface Outcome {
  got: string[];
  /** From sent to the last page seen gone, and to the answering form, ms. */
  gone?: number | undefined;
  answered?: number | undefined;
  /** Pages that nobody may have removed by the end. */
  stays?: readonly Target[];
  /** The answering form, where one came. */
  form?: Record<string, unknown>;
}

export interface Case {
  name: string;
  what: string;
  expected: readonly string[];
  /** As well where the platform can do more than the sandbox. */
  or?: readonly string[];
  /** It needs a key of the desk. */
  desk?: true;
  run(authority: Authority): Promise<Outcome>;
}

const done = ['202 executing', 'gone', 'answered: II'] as const;
const everywhere = [...memberStates];

/** What an answer says of an order, in a word. */
function said({ status, body }: Reply): string {
  if (status !== 202 && status !== 200) return String(status);
  const doubts = (body.doubts ?? []) as string[];
  const findings = ((body.findings ?? []) as { path: string }[]).map(({ path }) => path);
  const why = [...doubts, ...findings];
  return `${status} ${body.phase}${why.length > 0 ? ` (${why.join(', ')})` : ''}`;
}

/** Follows an order to its answering form. */
export async function follow(authority: Authority, targets: readonly Target[], reply: Reply): Promise<Outcome> {
  const got = [said(reply)];
  if (reply.status !== 202) return { got };
  const gone = await authority.untilGone(targets, reply.sentAt);
  got.push(gone === undefined ? 'not gone' : 'gone');
  const form = gone === undefined ? undefined : await authority.untilAnswered(reply.body.id);
  got.push(form === undefined ? 'not answered' : `answered: ${form.form}`);
  return { got, gone, ...(form && { answered: form.at - reply.sentAt, form: form.body }) };
}

/** One post, one order about it, as it is changed. */
const executed = (
  name: string,
  what: string,
  change: Parameters<Authority['order']>[1] = {},
  expected: readonly string[] = done,
): Case => ({
  name,
  what,
  expected,
  async run(authority) {
    const target = await authority.target();
    return follow(authority, [target], await authority.send(authority.order([target], change)));
  },
});

/** One post, and an order about it that leads to nothing by itself. */
const stopped = (
  name: string,
  what: string,
  expected: string,
  send: (authority: Authority, target: Target) => Promise<Reply>,
): Case => ({
  name,
  what,
  expected: [expected, 'stays'],
  async run(authority) {
    const target = await authority.target();
    return { got: [said(await send(authority, target))], stays: [target] };
  },
});

const oddText =
  '=1+1 "><script>alert(1)</script> \u202Eabc\u202C \u0007 عربي 漢字 \uD83D\uDE00, and as long as reasons have to be.';

/** Every case, by name, in the order in which they run. */
export const cases: readonly Case[] = [
  executed('tco', 'an order under TCO Article 3 that lacks nothing'),
  executed('dsa', 'an order under DSA Article 9 for the whole Union', { instrument: 'dsa9', territory: everywhere }),
  {
    ...stopped(
      'one-state',
      'an order under DSA Article 9 for one State',
      '202 deciding (territory)',
      (authority, target) => authority.send(authority.order([target], { instrument: 'dsa9', territory: ['DE'] })),
    ),
    // Only who looks from there can see that it is gone.
    or: ['202 executing', 'stays'],
  },
  executed('odd-text', 'free text that would break a page, a table or a form', { reasons: oddText }),
  {
    ...executed('non-disclosure', 'an order that may not be disclosed for a day'),
    async run(authority) {
      const target = await authority.target();
      const until = new Date(realTime.now() + 24 * 3600_000).toISOString();
      const order = authority.order([target], { nonDisclosure: { until, reasons: 'A simulated inquiry.' } });
      const reply = await authority.send(order);
      const { got, ...rest } = await follow(authority, [target], reply);
      return { got: [...got, reply.body.sealed ? 'sealed' : 'not sealed'], ...rest };
    },
    expected: [...done, 'sealed'],
  },
  {
    name: 'several-items',
    what: 'one order about three posts: one answer, when the last is gone',
    expected: done,
    async run(authority) {
      const targets = [await authority.target(), await authority.target(), await authority.target()];
      return follow(authority, targets, await authority.send(authority.order(targets)));
    },
  },
  {
    name: 'duplicate',
    what: 'a second order about a post that the first has taken down',
    expected: [...done, '202 executed', 'gone', 'answered: II'],
    async run(authority) {
      const target = await authority.target();
      const first = await follow(authority, [target], await authority.send(authority.order([target])));
      const second = await follow(authority, [target], await authority.send(authority.order([target])));
      return { ...second, got: [...first.got, ...second.got] };
    },
  },
  {
    name: 'replay',
    what: 'the same signed bytes again: the same order, and what was answered',
    expected: [...done, '200 executed', 'the same order', 'with 1 form'],
    async run(authority) {
      const target = await authority.target();
      const jws = await authority.sign(authority.order([target]));
      const first = await authority.sendSigned(jws);
      const { got, ...rest } = await follow(authority, [target], first);
      const again = await authority.sendSigned(jws);
      const same = again.body.id === first.body.id ? 'the same order' : 'another order';
      return { ...rest, got: [...got, said(again), same, `with ${again.body.forms?.length ?? 0} form`] };
    },
  },
  {
    name: 'changed',
    what: 'another order under the same reference',
    expected: [...done, '409'],
    async run(authority) {
      const target = await authority.target();
      const order = authority.order([target]);
      const { got, ...rest } = await follow(authority, [target], await authority.send(order));
      const reasons = 'Other reasons, which are as long as reasons have to be.';
      return { ...rest, got: [...got, said(await authority.send({ ...order, reasons }))] };
    },
  },
  {
    name: 'withdrawn',
    what: 'the desk enters that the order was withdrawn: its post comes back',
    desk: true,
    expected: [...done, '201', 'public again'],
    async run(authority) {
      const target = await authority.target();
      const reply = await authority.send(authority.order([target]));
      const { got, ...rest } = await follow(authority, [target], reply);
      const event = { type: 'withdrawn', note: 'A letter of the simulated authority.' };
      const entered = await authority.enter(`/v1/removal-orders/${reply.body.id}/events`, event);
      const back = await authority.until(async () => (await authority.readable(target)) || undefined);
      return { ...rest, got: [...got, String(entered.status), back ? 'public again' : 'not public again'] };
    },
  },
  stopped(
    'missing-element',
    'no reasons, and no word of redress',
    '202 deciding (form, reasons, redress)',
    (a, target) => a.send(a.order([target], { reasons: '', redress: {} })),
  ),
  stopped('wrong-language', 'a language in which no orders are taken', '202 deciding (form, language)', (a, target) =>
    a.send(a.order([target], { language: 'xx' })),
  ),
  stopped('future-date', 'issued tomorrow', '202 deciding (form, issuedAt)', (a, target) =>
    a.send(a.order([target], { issuedAt: new Date(realTime.now() + 24 * 3600_000).toISOString() })),
  ),
  stopped(
    'foreign-url',
    'an address that is not of this platform, beside one that is',
    '202 deciding (item)',
    (a, target) => a.send(a.order([target, { url: 'https://elsewhere.invalid/posts/1' }])),
  ),
  {
    name: 'not-found',
    what: 'an address of this platform under which nothing was taken in',
    expected: ['202 deciding (item)'],
    async run(authority) {
      const { url } = await authority.target();
      return { got: [said(await authority.send(authority.order([{ url: `${url}0` }])))] };
    },
  },
  stopped(
    'other-state',
    'an authority that orders in the name of another State',
    '202 deciding (authority)',
    (a, target) => a.send(a.order([target], { issuingState: 'PT' })),
  ),
  stopped('unknown-authority', 'a key that is not in the register', '401', (a, target) =>
    a.send(a.order([target]), { with: 'stranger', header: { kid: 'nobody-knows-it' } }),
  ),
  stopped('revoked-authority', 'a key of an authority that was taken out', '403', (a, target) =>
    a.send(a.order([target]), { with: 'revoked' }),
  ),
  stopped('bad-signature', 'the name of a good key, the signature of another', '401', (a, target) =>
    a.send(a.order([target]), { with: 'stranger' }),
  ),
  stopped('tampered', 'words changed after they were signed', '401', (a, target) =>
    a.send(a.order([target]), { with: 'tampered' }),
  ),
  stopped('unsigned', 'no signature algorithm at all', '401', (a, target) =>
    a.send(a.order([target]), { with: 'nobody' }),
  ),
  stopped('wrong-addressee', 'addressed to another provider', '403', (a, target) =>
    a.send(a.order([target]), { claims: { aud: 'somebody-else' } }),
  ),
  stopped('expired', 'handed over after its signature expired', '422', (a, target) =>
    a.send(a.order([target]), { claims: { exp: 1_000_000_000 } }),
  ),
  stopped('unreadable', 'a field of a shape that no order has', '422', (a, target) =>
    a.send({ ...a.order([target]), items: [{ url: 7 }] }),
  ),
  stopped('too-big', '10 MB of reasons', '413', (a, target) =>
    a.send(a.order([target], { reasons: 'x'.repeat(10 * 1024 ** 2) })),
  ),
  {
    ...stopped(
      'zip',
      'the desk enters a letter with an archive: kept as it is, never opened',
      '202 deciding (authority, signature)',
      (a, target) =>
        a.enter('/v1/removal-orders', {
          order: a.order([target]),
          receivedAt: new Date(realTime.now() - 1_000).toISOString(),
          file: { name: 'order.zip', type: 'application/zip', content: archive.toString('base64') },
        }),
    ),
    desk: true,
  },
];

/** The empty archive, whose directory says that it holds 4 GB. */
const archive = Buffer.from(
  `504b0102${'00'.repeat(16)}ffffffffffffffff${'00'.repeat(18)}504b0506${'00'.repeat(4)}01000100${'2e000000'.padEnd(20, '0')}`,
  'hex',
);
