import { setTimeout as pause } from 'node:timers/promises';
import type { Server } from '../../services/cli/client.js';
import { rulesOf } from '../../services/clocks/index.js';
import { readConfig } from '../../services/runtime/index.js';
import { eventually, send } from '../distributed/client.js';
import { differences, rawDifferences, undetermined } from './agree.js';
import { shown } from './cases.js';
import { countBy, type Expected } from './expected.js';
import { type Figure, plainRaw, type Raw, rawOf, readRaw, readSla, slaOf, spansOfLedger } from './figures.js';
import { type Mode, type Ran, run } from './run.js';
import { expectedOf, limits } from './stories.js';
import { verified } from './verified.js';

const day = 86_400_000;

/** Whoever passes these is over its limit, when figures are read. */
async function untilOverdue({ told }: Ran): Promise<void> {
  const ends = new Set(['review', 'removal']);
  const open = told.flatMap(({ clocks }) => clocks.filter(({ ended, obligation }) => !ended && ends.has(obligation)));
  const last = Math.max(...open.map(({ began }) => began.most));
  // What was shown to people in the middle of its limit has a case with a limit of its own.
  await pause(
    Math.max(0, last + limits.removal / 2 + Math.max(limits.removal / 2, limits.review) + 2_000 - Date.now()),
  );
}

/** Who may read figures, and nothing else. */
async function regulator({ on }: Ran): Promise<Server> {
  const wanted = { name: 'the regulator', scopes: ['figures:read'] };
  const { key } = await send<{ key: string }>({ url: on.of('console')[0].url, key: on.key }, '/v1/keys', wanted);
  return { url: on.of('ledger')[0].url, key };
}

/** The figures of the ledger, of `/v1/sla` and of Prometheus, read at about the same time. */
async function readAll({ on, from }: Ran, ledger: Server) {
  const least = Date.now();
  const sla = await readSla(ledger, from - day);
  const raw = await readRaw(on.processes);
  const most = Date.now();
  const { spans, uncounted } = await spansOfLedger(ledger, sla.size);
  return { sla, raw, spans, uncounted, readAt: { least, most } };
}

/** Compares; throws where anything differs. */
async function compare(ran: Ran, ledger: Server) {
  const read = await readAll(ran, ledger);
  const { sla, raw, spans, readAt } = read;
  expect(sla.figures).toEqual(slaOf(spans, sla));
  const config = readConfig({ CLOCK_REMOVAL: `${limits.removal}ms`, CLOCK_REVIEW: `${limits.review}ms` });
  const rules = rulesOf(config);
  const edges = (obligation: string): string[] => [...rules.edges[rules.histogram(obligation)].map(String), '+Inf'];
  expect(plainRaw(raw)).toEqual(plainRaw(rawOf(spans, edges, Date.parse(sla.at))));
  const expected = [
    ...ran.told.flatMap(({ clocks }) => clocks.map(clock => expectedOf(clock, readAt))),
    ...(await shown(ran.world, ran.told, readAt)),
  ];
  expect(differences(expected, sla.figures)).toEqual([]);
  expect(rawDifferences(expected, raw)).toEqual([]);
  return { ...read, expected };
}

const sum = (figures: readonly Figure[], of: (figure: Figure) => number): number =>
  figures.reduce((all, figure) => all + of(figure), 0);

/** The table of a run, as it is reported. */
function tableOf(
  { summary }: Ran,
  { sla, raw, expected, spans, uncounted }: Awaited<ReturnType<typeof compare>>,
): string {
  const made = slaOf(spans, sla);
  const lines = [...new Set(sla.figures.map(({ obligation, route }) => `${obligation} ${route}`))].map(name => {
    const [obligation = '', route = ''] = name.split(' ');
    const mine = (figures: readonly Figure[]) =>
      figures.filter(figure => figure.obligation === obligation && figure.route === route);
    const counted = expected.filter(one => one.obligation === obligation && one.route === route);
    const states = (state: string): number => counted.filter(one => one.state === state).length;
    const told = (figures: readonly Figure[]) =>
      `${sum(mine(figures), f => f.count)} / ${sum(mine(figures), f => f.cancelled)} / ${sum(mine(figures), f => f.open)} / ${sum(mine(figures), f => f.breaches)}`;
    const histogram = raw.histograms.get(name);
    return `| ${name} | ${told(made)} | ${told(sla.figures)} | ${histogram?.count ?? 0}, ${histogram?.buckets.size ?? 0} buckets, ${(histogram?.sum ?? 0) / 1000} s | ${states('stopped')} / ${states('cancelled')} / ${states('open')} / ${late(counted)} |`;
  });
  return [
    summary,
    `${sla.size} entries, ${uncounted} clocks in no figure; the load generator can't tell of ${undetermined(expected)} of ${expected.length} clocks whether their limit was kept`,
    `Prometheus: open ${show(raw.open)}; breaches ${show(raw.breaches)}`,
    '',
    '| ended / cancelled / open / breaches | ledger | /v1/sla | Prometheus | load generator |',
    '|---|---|---|---|---|',
    ...lines,
    '',
  ].join('\n');
}

/** Breaches as the load generator counts them: of some it can't tell. */
function late(counted: readonly Expected[]): string {
  const { least, most } = countBy(counted, limits, () => '').get('')?.breaches ?? { least: 0, most: 0 };
  return least === most ? String(least) : `${least} to ${most}`;
}

const show = (counts: Raw['open']): string => [...counts].map(([name, n]) => `${name} ${n}`).join(', ');

/**
 * One run with posts, decisions, restarts and faults; then all figures there are are compared: those of the ledger (made from its openings), of `/v1/sla`, of
 * Prometheus (raw counters, histograms to the bucket), and what the load generator counted itself.
 *
 * Where a figure follows from a time that only the installation knows to the millisecond (was the limit kept, which bucket is it), the load generator knows least and
 * most, and the figure has to lie between; mostly they are the same. Counts are exact.
 *
 * AGREEMENT_POSTS=100000 makes it as large as that, AGREEMENT_SEED another run; then the table is printed. By hand (five minutes on two cores):
 *   AGREEMENT_POSTS=100000 npm test -- test/agreement/embedded.test.ts
 */
export function agreement(open: () => Promise<Mode>): void {
  let ran: Ran | undefined;
  const longest = process.env.AGREEMENT_POSTS ? 3 * 3_600_000 : 300_000;

  afterAll(() => ran?.stop(), 60_000);

  test(
    'the figures of the ledger, of /v1/sla, of Prometheus and of the load generator agree',
    async () => {
      ran = await run(await open());
      const done = ran;
      await untilOverdue(done);
      const ledger = await regulator(done);
      await eventually(() => compare(done, ledger), 20_000, 500);
      // It was not a moment's chance.
      await pause(1_000);
      const last = await compare(done, ledger);
      const { figures, findings } = await verified(ledger, last.sla);
      expect(figures).toEqual(last.sla.figures);
      expect(findings.filter(({ verdict }) => verdict !== 'agrees')).toEqual([]);
      if (process.env.AGREEMENT_POSTS) process.stderr.write(`\n${tableOf(done, last)}`);
    },
    longest,
  );
}
