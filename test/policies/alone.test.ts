import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collect, recount } from '../../services/policies/evidence/collect.js';
import { foldOnce } from '../../services/policies/evidence/fold.js';
import { readSeries } from '../../services/policies/evidence/histogram.js';
import { type EvidenceRows, evidenceTables, scoreBatchesTable } from '../../services/policies/evidence/tables.js';
import { doneOf, volumesOf } from '../../services/policies/evidence/what-if.js';
import { aloneIn, decide, parsePolicy } from '../../services/policies/index.js';
import { type Database, migrate, openSqlite } from '../../services/runtime/index.js';

/** What is left out when the threshold of one label of a rule about several rises. */
const policy = parsePolicy(
  `name: test
rules:
  - name: model
    action: review
    when: { finding: { signal: text-model, scores: { ve: 0.5, hate: 0.6 } } }
    reason: because
  - { name: words, action: review, when: { finding: { signal: terms, label: term } }, reason: because }
  - { name: otherwise, action: allow, reason: because }
`,
  [
    { name: 'text-model', labels: ['ve', 'hate'], cost: 'model' },
    { name: 'terms', labels: ['term'] },
  ],
);

let n = 0;
const assessed = (ve: number, hate: number, term = false) => {
  const post = { platform: 'acme', id: `p${++n}`, version: 1, language: 'en', flags: [] };
  const found = [
    { signal: 'text-model', label: 've', score: ve, reason: '' },
    { signal: 'text-model', label: 'hate', score: hate, reason: '' },
    ...(term ? [{ signal: 'terms', label: 'term', score: 1, reason: '' }] : []),
  ];
  const decision = decide(policy, post, found);
  const { action, rule } = decision;
  return { ...post, action, rule, findings: found, alone: aloneIn(policy, post, found, decision) };
};

let db: Database;
const folder = mkdtempSync(join(tmpdir(), 'sansdelai-'));
beforeAll(async () => {
  db = await openSqlite(join(folder, 'alone.db'));
  await migrate(db, evidenceTables);
});
afterAll(async () => {
  await db.stop();
  rmSync(folder, { recursive: true });
});

const now = Date.parse('2026-11-20T12:00:00Z');
let batch = 0;
const fold = async (counts: object | undefined) => {
  await db.commit([db.insert(scoreBatchesTable, [{ id: `b${++batch}`, at: now, counts: JSON.stringify(counts) }])]);
  await foldOnce({ db });
};
/** Left out in all when the threshold of this label becomes this. */
const dropped = async (label: string, threshold: number) => {
  const of = { since: now - 86_400_000 };
  const series = await readSeries(db, { ...of, signal: 'text-model', label });
  const posts = doneOf(await readSeries(db, { ...of, signal: '', label: '' }));
  return volumesOf(series, posts, { action: 'review', rule: 'model' }, 1)[Math.round(threshold * 100)]!.dropped;
};

test('what another label of the rule, or another rule, would still send is not left out', async () => {
  const posts = [
    assessed(0.7, 0.1),
    assessed(0.7, 0.1),
    assessed(0.8, 0.65),
    assessed(0.1, 0.7),
    assessed(0.7, 0.1, true),
    assessed(0.2, 0.2),
  ];
  expect(posts.map(({ action }) => action)).toEqual(['review', 'review', 'review', 'review', 'review', 'allow']);
  await fold(collect(posts, {}, () => 0));
  expect([await dropped('ve', 0.5), await dropped('ve', 0.71), await dropped('ve', 1)]).toEqual([0, 2, 2]);
  expect([await dropped('hate', 0.6), await dropped('hate', 0.75)]).toEqual([0, 1]);
});

test('a later answer that sends a post anyway takes it out of what is left out', async () => {
  const post = assessed(0.9, 0.1);
  await fold(collect([post], {}, () => 0));
  expect(await dropped('ve', 1)).toBe(3);
  const { platform, id, version, flags } = post;
  const found = [...post.findings, { signal: 'terms', label: 'term', score: 1, reason: '' }];
  const alone = aloneIn(policy, { platform, id }, found, post);
  await fold(recount({ platform, id, version, language: 'en', flags }, post, { ...post, findings: found, alone }, {}));
  expect(await dropped('ve', 1)).toBe(2);
});

test('of posts that were counted before this was, all that the rule did is left out', async () => {
  const rows = db.tables<EvidenceRows>();
  await db.commit([{ query: rows.updateTable('score_days').set({ alone: null }) }]);
  expect(await dropped('ve', 1)).toBe(6);
  await fold(collect([assessed(0.7, 0.1), assessed(0.7, 0.7)], {}, () => 0));
  expect(await dropped('ve', 1)).toBe(7);
});
