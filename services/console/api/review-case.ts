import { readFindings as readFound } from '../../classify/index.js';
import type { Finding, Post } from '../../contracts/index.js';
import {
  atGlance,
  auditRule,
  type CaseRow,
  mostAlike,
  quality,
  readAuthor,
  readLikes,
  readNotes,
  readPlace,
} from '../../enforce/index.js';
import { readPosts, readReplies, readVersions } from '../../ingest/index.js';
import type { Runtime } from '../../runtime/index.js';
import { readShown } from './made.js';
import type { ReviewAround, ReviewCase } from './review-types.js';

/** Cases of an author that are read for their history. */
const mostHistory = 100;
const shownHistory = 5;
/** Characters shown of a post around it; how far up its thread is shown, and how much of what answers it. */
const shownAround = 600;
const shownUp = 3;
const shownReplies = 3;
const shownEarlier = 4;

/** What was found in a case's post: of a test case, what it was made to look as if. */
export async function readFindings({ db }: Pick<Runtime, 'db'>, row: CaseRow): Promise<Finding[]> {
  const { id, platform, post_id: postId, version } = row;
  const found = await readFound(db, { platform, id: postId, version });
  return found ?? (await quality.readTestFindings({ db }, id)) ?? [];
}

/** Who gets a case, and what is known of all of them by then. */
export interface For {
  who: string;
  /** Whether the platform's pictures can be fetched. */
  shows: boolean;
  /** When the oldest case that waits was opened. */
  oldest: number | undefined;
}

/** All that a person needs to decide a case. Cost: nine look-ups, of which those for what says the same take the most. */
export async function readReviewCase(runtime: Runtime, row: CaseRow, { who, shows, oldest }: For): Promise<ReviewCase> {
  const { db, config, time } = runtime;
  const { platform, post_id: postId, version } = row;
  const [[stored], findings, { clocks }, author, notes, place, { alike, earlier }, replies] = await Promise.all([
    readPosts(db, [{ platform, id: postId, version }]),
    // Who decides for the audit is not told what the signals made of it.
    row.rule === auditRule ? [] : readFindings(runtime, row),
    readShown(runtime, platform, postId),
    readAuthor(db, platform, row.author_id, mostHistory),
    readNotes(runtime, row.id),
    readPlace(db, row.id),
    readLikes(db, row.id, { who, now: time.now(), since: oldest }),
    readReplies(db, platform, postId, shownReplies),
  ]);
  const post = stored?.post;
  const due = clocks.filter(({ state }) => state === 'running' || state === 'breached');
  const nearest = due.reduce<(typeof due)[number] | undefined>(
    (least, clock) => (clock.due_at !== null && clock.due_at < (least?.due_at ?? Infinity) ? clock : least),
    undefined,
  );
  const near = alike.filter(({ shared }) => shared < 1).length;
  const before = await beforeIt(db, post);
  return {
    id: row.id,
    platform,
    postId,
    version,
    url: row.url,
    ...(row.language && { language: row.language }),
    rule: row.rule,
    reasons: JSON.parse(row.reasons) as string[],
    openedAt: row.opened_at,
    // The clock is made a moment after the case.
    clock: {
      obligation: nearest?.obligation ?? 'review',
      from: nearest?.started_at ?? row.opened_at,
      dueAt: nearest?.due_at ?? row.opened_at + config.CLOCK_REVIEW,
    },
    ...(post && {
      post: {
        text: post.text ?? '',
        createdAt: Date.parse(post.createdAt),
        author: post.author.id,
        media: (post.media ?? []).map(({ type, url }) => ({ type, readable: shows && url !== undefined })),
        links: post.links ?? [],
        ...(post.views !== undefined && { views: post.views }),
      },
    }),
    before,
    replies: replies.map(around),
    ...(place?.at != null && {
      lane: {
        ...(place.lane !== null && { name: place.lane }),
        ...(place.assignee !== null && { person: place.assignee }),
        by: place.by ?? '',
        at: place.at,
      },
    }),
    notes: notes.map(({ kind, text, by, at, to }) => ({ kind, text, by, at, ...(to !== null && { to }) })),
    alike: {
      same: alike.filter(({ shared }) => shared === 1).length,
      near,
      mostNear: near >= atGlance,
      most: alike.length === mostAlike,
    },
    earlier: {
      removed: earlier.filter(({ decision }) => decision === 'remove').length,
      kept: earlier.filter(({ decision }) => decision !== 'remove').length,
      latest: earlier.slice(0, shownEarlier).map(({ postId, decision, category, by, at, shared }) => ({
        ...{ postId, decision, by, at, shared },
        ...(category !== null && { category }),
      })),
    },
    kind: place?.kind ?? '',
    findings: findings
      .filter(({ score, entry }) => score > 0 || entry)
      .sort((a, b) => b.score - a.score)
      .slice(0, 12)
      .map(({ signal, label, score, reason, over, entry, spans }) => ({
        signal,
        label,
        score,
        reason,
        over: over ?? false,
        ...(entry && { entry }),
        ...(spans && { spans }),
      })),
    author: {
      cases: author.length,
      removed: author.filter(({ decision }) => decision === 'remove').length,
      kept: author.filter(({ decision }) => decision === 'keep' || decision === 'restore').length,
      most: author.length === mostHistory,
      latest: author
        .filter(({ id }) => id !== row.id)
        .slice(0, shownHistory)
        .map(one => ({
          postId: one.post_id,
          rule: one.rule,
          at: one.decided_at ?? one.opened_at,
          ...(one.decision && { decision: one.decision }),
          ...(one.decided_by && { by: one.decided_by }),
        })),
    },
  };
}

const around = ({ post: { text = '', author } }: { post: Post }): ReviewAround => ({
  author: author.id,
  text: text.slice(0, shownAround),
  whole: text.length <= shownAround,
});

/** The posts that it answers, as far as they are known here. */
async function beforeIt(db: Runtime['db'], post: Post | undefined): Promise<ReviewAround[]> {
  const found: ReviewAround[] = [];
  let at = post;
  while (at?.inReplyTo && found.length < shownUp) {
    const last = (await readVersions(db, at.platform, at.inReplyTo)).at(-1);
    if (!last || 'erased' in last || last.post.id === post?.id) break;
    found.push(around(last));
    at = last.post;
  }
  return found;
}
