import type { AssessedWith, Finding, PostAssessed } from '../contracts/index.js';
import type { StoredPost } from '../ingest/index.js';
import type { Decision } from '../policies/index.js';
import { marksOf } from './signals/index.js';

/** Marks of what is acted on: only that becomes a case. */
const marksFor = (text: string | undefined): Pick<PostAssessed, 'text'> => {
  const marks = text === undefined ? undefined : marksOf(text);
  return marks ? { text: marks } : {};
};

/** An assessment as it is told and kept. */
export function assessedAs(
  { post, receivedAt, route, flags }: StoredPost,
  { action, rule, reasons, scores, priority, queue, within }: Decision,
  findings: readonly Finding[],
  versions: AssessedWith,
  assessedAt: number,
): PostAssessed {
  return {
    platform: post.platform,
    id: post.id,
    version: post.version,
    url: post.url,
    authorId: post.author.id,
    ...(post.language === undefined ? {} : { language: post.language }),
    action,
    priority,
    rule,
    ...(queue !== undefined && { queue }),
    ...(within !== undefined && { within }),
    reasons,
    scores,
    // What a model scored below its thresholds is in the scores.
    findings: findings.filter(finding => finding.over ?? finding.signal !== 'text-model'),
    versions,
    route,
    flags,
    ...(post.media?.length && { media: true }),
    ...(action !== 'allow' && marksFor(post.text)),
    createdAt: Date.parse(post.createdAt),
    receivedAt,
    assessedAt,
  };
}

/** What is kept of it beside its action: of what is allowed the scores, of the rest all that was found. */
export function detailOf({ action, scores, reasons, findings, versions }: PostAssessed, set: string): string {
  const { signals: _, ...named } = versions;
  const kept = { scores, versions: { ...named, set } };
  return JSON.stringify(action === 'allow' ? kept : { ...kept, reasons, findings });
}
