import { busKey, eventId, type Finding, type Post } from '../../contracts/index.js';
import { plantPost, readPosts, unplantPost } from '../../ingest/index.js';
import { ConflictError, type Runtime, type Write } from '../../runtime/index.js';
import { lease } from '../queue-claims.js';
import { dequeue, enqueue, type QueueRows } from '../queue-table.js';
import type { ReviewRows } from '../review-tables.js';
import { type CaseRow, casesTable, type EnforceRows } from '../tables.js';
import { alike, alikeFindings, alikeUrl } from './alike.js';
import { type Made, type Model, timesLike, viewsLike } from './made.js';
import { readSettings } from './settings.js';
import { type GoldenItemRow, type QualityRows, type TestCaseRow, testCasesTable } from './tables.js';

type Needs = Pick<Runtime, 'db' | 'time'>;

interface Mixing {
  who: string;
  /** What they get from the queue. */
  rows: readonly CaseRow[];
  /** How many they asked for. */
  wanted: number;
  languages?: readonly string[] | undefined;
  media: boolean;
  findingsOf(row: CaseRow): Promise<Finding[]>;
  modelOf(row: CaseRow): Promise<Model>;
}

/**
 * Puts test cases among what somebody gets from the queue, at the rates that leads have set. Each is made in the image of the case beside it: its
 * platform, language, rule and age, with names of the same make. It is a row of `cases` like any other, so that all that can be done with a case can
 * be done with it; only its decision leads to nothing ({@link answerTest}).
 */
export async function mixIn(runtime: Needs, mixing: Mixing): Promise<CaseRow[]> {
  const { rows, wanted } = mixing;
  const { golden, second } = await readSettings(runtime);
  if (wanted === 0 || (golden === 0 && second === 0)) return [...rows];
  const { time } = runtime;
  await withdrawLeft(runtime);
  const mixed: CaseRow[] = [];
  let seconds = 0;
  for (const row of rows) {
    const known = time.random() < golden ? await putGolden(runtime, mixing, row) : undefined;
    // Twice as often as they are drawn, so that they don't pile up.
    const again = time.random() < second * 2 ? await putSecond(runtime, mixing, row.opened_at) : undefined;
    if (again) seconds++;
    const made = [known, again].filter(one => one !== undefined);
    mixed.push(...(time.random() < 0.5 ? [row, ...made] : [...made, row]));
  }
  // Who has nothing else to do decides what waits for a second person.
  if (second > 0 && mixed.length < wanted && seconds === 0) {
    const one = await putSecond(runtime, mixing, time.now() - Math.floor(time.random() * 600_000));
    if (one) mixed.push(one);
  }
  return mixed;
}

/** Of these cases, those that are for this person: a test case is for whom it was put to, and for nobody else. */
export async function withoutOthersTests({ db }: Pick<Runtime, 'db'>, who: string, ids: readonly string[]) {
  const others = await db
    .tables<QualityRows>()
    .selectFrom('test_cases')
    .select(['case_id'])
    .where('case_id', 'in', db.among(ids))
    .where('put_to', '<>', who)
    .execute();
  const not = new Set(others.map(row => row.case_id));
  return new Set(ids.filter(id => !not.has(id)));
}

/** What was found in a test case's post; undefined of a case that is none. */
export async function readTestFindings({ db }: Pick<Runtime, 'db'>, caseId: string): Promise<Finding[] | undefined> {
  const rows = db.tables<QualityRows>().selectFrom('test_cases').select(['findings']);
  const row = await rows.where('case_id', '=', caseId).executeTakeFirst();
  return row ? (JSON.parse(row.findings ?? '[]') as Finding[]) : undefined;
}

/** The writes that put a case before somebody. */
function putting(
  { db, time }: Needs,
  { row, post, made: { receivedAt } }: ReturnType<typeof madeCase>,
  who: string,
): Write[] {
  const held = db
    .tables<QueueRows>()
    .updateTable('review_queue')
    .set({ holder: who, lease_until: time.now() + lease })
    .where('case_id', '=', row.id);
  return [
    plantPost(db, post, receivedAt, row.route),
    db.insert(casesTable, [row]),
    enqueue(db, row, post.media?.length ? 'media' : 'text'),
    { query: held, atLeast: 1 },
  ];
}

/** A case in the image of `model`, about a post of its own. */
function madeCase(
  { time }: Needs,
  model: CaseRow,
  of: Model,
  { id, openedAt, change, findings }: { id: string; openedAt: number; change: Partial<Post>; findings: Finding[] },
) {
  const random = () => time.random();
  const postId = alike(model.post_id, random);
  const author = alike(model.author_id, random);
  const times = timesLike(model, of, openedAt, random);
  const url = alikeUrl(model.url, model.post_id, postId, random);
  const row: CaseRow = {
    ...model,
    id,
    item: busKey({ platform: model.platform, id: postId }),
    post_id: postId,
    version: 1,
    state: 'open',
    url,
    author_id: author,
    posted_at: Date.parse(times.createdAt),
    opened_at: times.opened,
    decision: null,
    decided_at: null,
    decided_by: null,
    note: null,
    category: null,
  };
  const post: Post = {
    ...change,
    id: postId,
    platform: model.platform,
    version: 1,
    url,
    audience: 'public',
    author: { id: author },
    createdAt: times.createdAt,
    ...(model.language && { language: model.language }),
  };
  const { assessment, clock } = of;
  const later = times.opened - model.opened_at;
  const moved = (at: number | null): number | null => (at === null ? null : at + later);
  const made: Made = {
    receivedAt: times.received,
    ...(assessment && {
      assessment: {
        ...assessment,
        assessedAt: times.assessed,
        detail: JSON.stringify({ ...(JSON.parse(assessment.detail) as object), findings }),
      },
    }),
    ...(clock && {
      clock: {
        ...clock,
        id: eventId(id, clock.obligation),
        startedAt: moved(clock.startedAt),
        dueAt: moved(clock.dueAt),
      },
    }),
  };
  return { row, post, made };
}

/** One that they were never given, of this case's language. */
async function chooseGolden({ db, time }: Needs, who: string, language: string): Promise<GoldenItemRow | undefined> {
  const found = await db
    .tables<QualityRows>()
    .selectFrom('golden_items')
    .selectAll()
    .where('retired_at', 'is', null)
    .where('language', '=', language)
    .where('created_by', '<>', who)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('test_cases')
            .select('case_id')
            .whereRef('test_cases.ref', '=', 'golden_items.id')
            .where(row => row.or([row('put_to', '=', who), row('answered_by', '=', who)])),
        ),
      ),
    )
    .limit(200)
    .execute();
  return found[Math.floor(time.random() * found.length)];
}

async function putGolden(
  runtime: Needs,
  { who, findingsOf, modelOf }: Mixing,
  model: CaseRow,
): Promise<CaseRow | undefined> {
  const { db, time } = runtime;
  const item = await chooseGolden(runtime, who, model.language ?? '');
  if (!item) return undefined;
  const id = eventId(`${item.id}/${who}`, 'golden');
  const [of, found] = await Promise.all([modelOf(model), findingsOf(model)]);
  const findings = alikeFindings(found, item.text);
  const change = { text: item.text, ...viewsLike(of.views, () => time.random()) };
  const planted = madeCase(runtime, model, of, { id, openedAt: model.opened_at, change, findings });
  const { row } = planted;
  const test: TestCaseRow = {
    ...emptyTest,
    case_id: id,
    kind: 'golden',
    ref: item.id,
    state: 'put',
    language: item.language,
    expected: item.decision,
    expected_category: item.category,
    expected_by: item.created_by,
    at: time.now(),
    platform: row.platform,
    post_id: row.post_id,
    findings: JSON.stringify(findings),
    put_to: who,
    made: JSON.stringify(planted.made),
  };
  return commit(runtime, row, [db.insert(testCasesTable, [test]), ...putting(runtime, planted, who)]);
}

async function putSecond(
  runtime: Needs,
  { who, languages = [], media, findingsOf, modelOf }: Mixing,
  openedAt: number,
): Promise<CaseRow | undefined> {
  const { db } = runtime;
  const rows = db.tables<QualityRows>();
  let query = rows.selectFrom('test_cases').selectAll().where('state', '=', 'waiting').where('expected_by', '<>', who);
  if (languages.length > 0) query = query.where('language', 'in', db.among(languages));
  for (const test of await query.orderBy('at').limit(5).execute()) {
    const model = await db
      .tables<EnforceRows>()
      .selectFrom('cases')
      .selectAll()
      .where('id', '=', test.ref)
      .executeTakeFirst();
    const key = model && { platform: model.platform, id: model.post_id, version: model.version };
    const [stored] = key ? await readPosts(db, [key]) : [];
    if (!model || !stored) {
      // The text was erased meanwhile: nobody can decide it.
      await db.commit([{ query: rows.deleteFrom('test_cases').where('case_id', '=', test.case_id) }]);
      continue;
    }
    if (!media && stored.post.media?.length) continue;
    const [of, findings] = await Promise.all([modelOf(model), findingsOf(model)]);
    const planted = madeCase(runtime, model, of, { id: test.case_id, openedAt, change: stored.post, findings });
    const { row } = planted;
    const put = rows
      .updateTable('test_cases')
      .set({
        state: 'put',
        put_to: who,
        platform: row.platform,
        post_id: row.post_id,
        findings: JSON.stringify(findings),
        made: JSON.stringify(planted.made),
      })
      .where('case_id', '=', test.case_id)
      .where('state', '=', 'waiting');
    const made = await commit(runtime, row, [{ query: put, atLeast: 1 }, ...putting(runtime, planted, who)]);
    if (made) return made;
  }
  return undefined;
}

/** @returns the case; undefined where somebody else got the same at this moment */
async function commit({ db }: Needs, row: CaseRow, writes: Write[]): Promise<CaseRow | undefined> {
  try {
    await db.commit(writes);
    return row;
  } catch (error) {
    if (error instanceof ConflictError) return undefined;
    throw error;
  }
}

export const emptyTest = {
  platform: null,
  post_id: null,
  findings: null,
  put_to: null,
  answer: null,
  answer_category: null,
  answered_by: null,
  answered_at: null,
  told_at: null,
  stands: null,
  settled_by: null,
  settled_at: null,
  made: null,
} as const;

/** The writes that take away what was put before somebody. What was noted of a second decision's post goes to its case. @param held as `dequeue` */
export const takingAway = (db: Runtime['db'], test: TestCaseRow, held?: string): Write[] => [
  ...dequeue(db, test.case_id, held),
  ...(test.kind === 'second' ? [movingNotes(db, test)] : []),
  { query: db.tables<EnforceRows>().deleteFrom('cases').where('id', '=', test.case_id), atLeast: 1 },
  unplantPost(db, { platform: test.platform ?? '', id: test.post_id ?? '', version: 1 }),
];

const movingNotes = (db: Runtime['db'], { case_id, ref }: TestCaseRow): Write => ({
  query: db.tables<ReviewRows>().updateTable('case_notes').set({ case_id: ref }).where('case_id', '=', case_id),
});

/**
 * The writes that take a test case back unanswered: a second decision waits for somebody else. The row of a golden item stays, so that it is not put
 * before the same person again. They conflict where it was answered meanwhile.
 */
export function withdrawing(db: Runtime['db'], test: TestCaseRow): Write[] {
  const query = db
    .tables<QualityRows>()
    .updateTable('test_cases')
    .set(test.kind === 'second' ? { state: 'waiting', put_to: null } : { state: 'answered' })
    .where('case_id', '=', test.case_id)
    .where('state', '=', 'put');
  return [{ query, atLeast: 1 }, ...takingAway(db, test)];
}

/** What nobody has before them any more (passed over, or left) is taken away; a second decision waits for somebody else. */
async function withdrawLeft(runtime: Needs): Promise<void> {
  const { db, time } = runtime;
  const left = await db
    .tables<QualityRows & QueueRows>()
    .selectFrom('test_cases')
    .innerJoin('review_queue', 'review_queue.case_id', 'test_cases.case_id')
    .selectAll('test_cases')
    .where('test_cases.state', '=', 'put')
    .where('review_queue.held', 'is', null)
    .where('review_queue.lease_until', '<=', time.now())
    .limit(20)
    .execute();
  for (const test of left) {
    try {
      await db.commit(withdrawing(db, test));
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
}
