import {
  busKey,
  eventId,
  type Finding,
  type PostAssessed,
  type PostReceived,
  postAssessed,
  postReceived,
} from '../contracts/index.js';
import { readPosts, type StoredPost } from '../ingest/index.js';
import { decide, type Policy } from '../policies/index.js';
import { drop, type Input, type Outgoing, ok, type Result, type Runtime, type Stage } from '../runtime/index.js';
import type { RunningSignals } from './signals/index.js';
import { type AssessmentRow, assessmentsTable } from './tables.js';

/** What the policy makes of one post: ready to be told and kept. */
export function assess(
  policy: Policy,
  { post, receivedAt, route, flags }: StoredPost,
  findings: readonly Finding[],
  versions: { policy: string; model?: string },
  assessedAt: number,
): PostAssessed {
  const { action, rule, reasons, scores, priority } = decide(policy, { ...post, flags }, findings);
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
    reasons,
    scores,
    // What the model scored below its thresholds is in the scores.
    findings: findings.filter(finding => finding.over ?? finding.signal !== 'text-model'),
    versions,
    route,
    flags,
    createdAt: Date.parse(post.createdAt),
    receivedAt,
    assessedAt,
  };
}

/** Assesses what came in. What is allowed is kept and told to nobody: it starts no clock and no case. */
export function classifyStage(
  runtime: Runtime,
  signals: RunningSignals,
  policy: () => Policy,
  versions: () => { policy: string; model?: string },
): Stage<typeof postReceived.schema> {
  const { db } = runtime;

  /** Why a post is not assessed; undefined where it is. */
  const passedOver = (input: Input<PostReceived>, stored: StoredPost | undefined): string | undefined => {
    if (input.data.flags.includes('not-public')) return 'not public';
    if (!stored) return 'erased';
    return stored.post.deletedAt ? 'deleted' : undefined;
  };

  return {
    name: 'classify',
    topic: 'posts',
    accepts: { [postReceived.type]: postReceived.schema },
    batch: runtime.config.CLASSIFY_BATCH,
    async handle(inputs, { time }) {
      const stored = await readPosts(
        db,
        inputs.map(input => input.data),
      );
      const results = inputs.map((input, i): Result => {
        const reason = passedOver(input, stored[i]);
        return reason ? drop(reason) : ok;
      });
      const open = inputs.flatMap((input, i) =>
        results[i]?.kind === 'ok' ? [{ input, post: stored[i] as StoredPost }] : [],
      );
      if (open.length === 0) return { results };
      const findings = await signals.assess(open.map(({ post }) => post.post));
      const now = time.now();
      const used = versions();
      const current = policy();
      const rows: AssessmentRow[] = [];
      const events: Outgoing[] = [];
      open.forEach(({ input, post }, i) => {
        const assessed = assess(current, post, findings[i] ?? [], used, now);
        const { action, rule, reasons, scores } = assessed;
        // Of what is allowed the scores are kept, of the rest all that was found.
        const detail =
          action === 'allow'
            ? { scores, versions: used }
            : { scores, versions: used, reasons, findings: assessed.findings };
        rows.push({
          key: `${assessed.platform}/${assessed.version}/${assessed.id}`,
          item: busKey(assessed),
          action,
          rule,
          detail: JSON.stringify(detail),
          received_at: assessed.receivedAt,
          assessed_at: now,
        });
        if (action === 'allow') return;
        const event = {
          id: eventId(input.id, 'classify'),
          type: postAssessed.type,
          source: '/classify',
          time: now,
          key: input.key,
          data: assessed,
        };
        events.push({ topic: 'assessments', event });
      });
      return { results, writes: [db.insert(assessmentsTable, rows, { onConflict: 'replace' })], events };
    },
  };
}
