import { type Action, type AssessedWith, type Finding, postOf } from '../../contracts/index.js';
import { latestVersions, readPosts, type StoredPost } from '../../ingest/index.js';
import type { InForce, LaterAnswer } from '../../policies/index.js';
import type { Database, Runtime, Write } from '../../runtime/index.js';
import { judgedPosts } from '../judged.js';
import type { ClassifyRows, QuestionRow } from '../tables.js';
import type { JudgedPost } from '../tiers.js';
import { versionsIn } from '../version-sets.js';
import { besideRule } from './beside.js';

/** A question with all that is needed to put it, and to act on the answer. */
export interface Question {
  row: QuestionRow;
  post: StoredPost;
  /** As policies judge it. */
  judged: JudgedPost;
  /** What was found at once. */
  findings: Finding[];
  /** What is done about the post so far, and what that was made with. */
  action: Action;
  rule: string;
  made: AssessedWith;
  /** How many answers that rests on. */
  answered: number;
  /** Where shadows saw the post: what other signals have answered about it, by signal. */
  answers: Readonly<Record<string, LaterAnswer>>;
}

/**
 * Takes up to `limit` questions to one signal, the longest waiting first; nobody else does until the lease runs out. Cost: the head of the partial index
 * `questions_due`.
 */
export async function claim(
  db: Database,
  signal: string,
  limit: number,
  now: number,
  lease: number,
): Promise<QuestionRow[]> {
  const due = await db
    .tables<ClassifyRows>()
    .selectFrom('questions')
    .select('key')
    .where('signal', '=', signal)
    .where('next_at', '<=', now)
    .where('lease_until', '<', now)
    .orderBy('next_at')
    .limit(limit)
    .execute();
  return take(db, signal, due, now, lease);
}

/** Takes up to `limit` questions to one signal that were asked before `before`. Cost: the head of the partial index `questions_waiting`. */
export async function claimOld(
  db: Database,
  before: number,
  limit: number,
  now: number,
  lease: number,
): Promise<QuestionRow[]> {
  const old = await db
    .tables<ClassifyRows>()
    .selectFrom('questions')
    .select(['key', 'signal'])
    .where('next_at', 'is not', null)
    .where('asked_at', '<', before)
    .where('lease_until', '<', now)
    .orderBy('asked_at')
    .limit(limit)
    .execute();
  const signal = old[0]?.signal ?? '';
  return take(
    db,
    signal,
    old.filter(row => row.signal === signal),
    now,
    lease,
  );
}

async function take(
  db: Database,
  signal: string,
  due: readonly { key: string }[],
  now: number,
  lease: number,
): Promise<QuestionRow[]> {
  if (due.length === 0) return [];
  const query = db
    .tables<ClassifyRows>()
    .updateTable('questions')
    .set({ lease_until: now + lease })
    .where('signal', '=', signal)
    .where('key', 'in', db.among(due.map(({ key }) => key)))
    .where('next_at', 'is not', null)
    .where('lease_until', '<', now)
    .returningAll();
  const [result] = await db.commit([{ query }]);
  return (result?.rows ?? []) as unknown as QuestionRow[];
}

/** What other costly signals answered about the posts of these questions, by key; nothing is read where no shadow saw them. */
async function readAnswers(
  db: Database,
  rows: readonly QuestionRow[],
): Promise<Map<string, Record<string, LaterAnswer>>> {
  const found = new Map<string, Record<string, LaterAnswer>>();
  const seen = rows.filter(({ beside }) => beside !== null).map(({ key }) => key);
  if (seen.length === 0) return found;
  const answered = await db
    .tables<ClassifyRows>()
    .selectFrom('questions')
    .select(['key', 'signal', 'answer'])
    .where('key', 'in', db.among(seen))
    .where('state', 'in', ['answered', 'unanswered'])
    .where('rule', '<>', besideRule)
    .execute();
  for (const { key, signal, answer } of answered) {
    const answers = found.get(key) ?? {};
    found.set(key, answers);
    if (answer !== null) answers[signal] = JSON.parse(answer) as LaterAnswer;
  }
  return found;
}

/** The posts of questions, and what is done about each so far; undefined where the answer can't matter any more, with the reason. */
export async function readQuestions(
  db: Database,
  rows: readonly QuestionRow[],
  policies: InForce,
  now: number,
): Promise<(Question | string)[]> {
  const keys = rows.map(({ key }) => postOf(key));
  const [posts, latest, assessments] = await Promise.all([
    readPosts(db, keys),
    latestVersions(db, keys),
    db
      .tables<ClassifyRows>()
      .selectFrom('assessments')
      .select(['key', 'action', 'rule', 'detail', 'answered'])
      .where('key', 'in', db.among(rows.map(({ key }) => key)))
      .execute(),
  ]);
  // After how many there are, never before: one that comes in between is one too many then, and noticed.
  const [made, answers] = await Promise.all([versionsIn(db, assessments), readAnswers(db, rows)]);
  const found = posts.filter(post => post !== undefined);
  const judged = new Map((await judgedPosts(db, policies, found, now)).map((one, n) => [found[n], one]));
  const actions = new Map(
    assessments.map(({ key, action, rule, answered }) => [
      key,
      { action: action as Action, rule, answered: answered ?? 0, made: made.get(key) ?? { policy: '' } },
    ]),
  );
  return rows.map((row, n) => {
    const post = posts[n];
    const done = actions.get(row.key);
    if (!post || !done) return 'the post was erased';
    if ((latest.get(row.item)?.version ?? 0) > post.post.version) return 'there is a newer version of the post';
    const findings = JSON.parse(row.findings ?? '[]') as Finding[];
    return { row, post, judged: judged.get(post)!, findings, answers: answers.get(row.key) ?? {}, ...done };
  });
}

/** Of questions to one signal, those that nobody has closed meanwhile. */
export async function stillOpen(db: Database, rows: readonly QuestionRow[]): Promise<QuestionRow[]> {
  const keys = rows.map(({ key }) => key);
  return db
    .tables<ClassifyRows>()
    .selectFrom('questions')
    .selectAll()
    .where('signal', '=', rows[0]?.signal ?? '')
    .where('key', 'in', db.among(keys))
    .where('next_at', 'is not', null)
    .execute();
}

/** The write that closes a question. Nothing is touched where it was closed meanwhile. */
export function close(
  { db, time }: Pick<Runtime, 'db' | 'time'>,
  { key, signal }: QuestionRow,
  state: QuestionRow['state'],
  answer: unknown,
  version: string | null,
): Write {
  const query = db
    .tables<ClassifyRows>()
    .updateTable('questions')
    .set({
      state,
      answer: JSON.stringify(answer),
      version,
      answered_at: time.now(),
      findings: null,
      beside: null,
      next_at: null,
    })
    .where('key', '=', key)
    .where('signal', '=', signal)
    .where('next_at', 'is not', null);
  return { query };
}

/** The write that puts a question again after a pause, by itself where it was tried. */
export function putAgain(
  { db, time }: Pick<Runtime, 'db' | 'time'>,
  { key, signal }: QuestionRow,
  pause: number,
  attempts: number,
): Write {
  const query = db
    .tables<ClassifyRows>()
    .updateTable('questions')
    .set({ attempts, next_at: time.now() + pause, lease_until: 0 })
    .where('key', '=', key)
    .where('signal', '=', signal)
    .where('next_at', 'is not', null);
  return { query };
}
