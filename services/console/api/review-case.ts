import { readAssessment } from '../../classify/index.js';
import type { Finding, Post } from '../../contracts/index.js';
import { auditRule, type CaseRow, readAuthor } from '../../enforce/index.js';
import { readPosts, readVersions } from '../../ingest/index.js';
import type { Runtime } from '../../runtime/index.js';
import { readClocks } from './clocks.js';
import type { ReviewCase } from './review-types.js';

/** Cases of an author that are read for their history. */
const mostHistory = 100;
const shownHistory = 5;
/** Characters shown of the post that this one answers. */
const shownBefore = 600;

/** All that a person needs to decide a case. @param shows whether the platform's pictures can be fetched */
export async function readReviewCase({ db, config }: Runtime, row: CaseRow, shows: boolean): Promise<ReviewCase> {
  const { platform, post_id: postId, version } = row;
  const [[stored], assessments, clocks, author] = await Promise.all([
    readPosts(db, [{ platform, id: postId, version }]),
    readAssessment(db, platform, postId),
    readClocks(db, platform, postId),
    readAuthor(db, platform, row.author_id, mostHistory),
  ]);
  const post = stored?.post;
  const assessment = assessments.find(({ key }) => key === `${platform}/${version}/${postId}`);
  // Who decides for the audit is not told what the signals made of it.
  const told = row.rule === auditRule ? undefined : assessment;
  const findings = told ? ((JSON.parse(told.detail) as { findings?: Finding[] }).findings ?? []) : [];
  const due = clocks.filter(({ state }) => state === 'running' || state === 'breached');
  const nearest = due.reduce<(typeof due)[number] | undefined>(
    (least, clock) => (clock.due_at !== null && clock.due_at < (least?.due_at ?? Infinity) ? clock : least),
    undefined,
  );
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
    ...(before && { before }),
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

/** The post that it answers, where it is known here. */
async function beforeIt(db: Runtime['db'], post: Post | undefined): Promise<ReviewCase['before']> {
  if (!post?.inReplyTo) return undefined;
  const last = (await readVersions(db, post.platform, post.inReplyTo)).at(-1);
  if (!last || 'erased' in last) return undefined;
  const { text = '', author } = last.post;
  return { author: author.id, text: text.slice(0, shownBefore), whole: text.length <= shownBefore };
}
