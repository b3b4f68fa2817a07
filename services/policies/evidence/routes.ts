import { Router } from 'express';
import { z } from 'zod';
import { requireScope } from '../../accounts/index.js';
import { isoTime, parseQuery, type Runtime } from '../../runtime/index.js';
import { bucketCount, bucketOf } from './buckets.js';
import type { Estimate } from './estimate.js';
import { day } from './fold.js';
import { readLabels, readSeries, type Series } from './histogram.js';
import { Kept } from './kept.js';
import { type Looked, ofLabel, readDecided, readNear } from './read.js';
import { type Weights, weigh } from './weigh.js';
import { doneOf, loadOf, type Move, type Quality, qualityOf, type Staff, volumesOf } from './what-if.js';
import { wordsFor } from './words.js';

/** How people get on with the cases, as who keeps them can tell. */
export interface Assistance {
  pace: () => Promise<{ handling?: number | undefined; reviewers: number; open: number }>;
}

const name = z.string().min(1).max(200);
const language = z.string().regex(/^[a-z]{2,3}$/, 'takes a language such as "fr"');

/** What the screen asks for at first. */
const usualDays = 30;

export const whatIfQuery = z.strictObject({
  signal: name.default('text-model'),
  label: name,
  threshold: z.coerce.number().min(0).max(1),
  /** The threshold that holds now: the posts between the two change sides. Without it, those that the new one is about. */
  from: z.coerce.number().min(0).max(1).optional(),
  language: language.optional(),
  days: z.coerce.number().int().min(1).max(90).default(usualDays),
  /** What the rule does. */
  action: z.enum(['review', 'withhold', 'remove']).default('review'),
  /** The rule that has this threshold now. */
  rule: z.string().max(63).optional(),
  /** People at it all day; else as many as there are now. */
  reviewers: z.coerce.number().int().min(0).max(10_000).optional(),
  posts: z.coerce.number().int().min(0).max(200).default(20),
});

export const curveQuery = whatIfQuery.omit({ threshold: true, from: true, posts: true });

/** What is the same for every label. */
interface Common {
  /** Posts by band. */
  posts: Series[];
  looked: Looked;
  staff: Staff;
  /** Days that there are counts of, of those asked for. */
  days: number;
}

interface Read extends Common {
  series: Series[];
  weights: Weights;
  /** By language, and `*` for all. It is the same while a slider moves. */
  quality: Map<string, (threshold: number) => Quality>;
}

type Asked = z.output<typeof curveQuery>;

/** `GET /v1/what-if`, `/v1/what-if/curve`, `/v1/what-if/labels`. */
export function evidenceRoutes(runtime: Runtime, { pace }: Assistance): Router {
  const { db, time, config } = runtime;
  const router = Router();
  const commons = new Kept<Common>(time, 4);
  const reads = new Kept<Read>(time, 12);

  const common = (days: number): Promise<Common> =>
    commons.get(String(days), async () => {
      const since = time.now() - days * day;
      const [posts, looked, { handling, reviewers, open }, counted] = await Promise.all([
        readSeries(db, { signal: '', label: '', since }),
        readDecided(db, since),
        pace(),
        countedDays(since, days),
      ]);
      return { posts, looked, staff: { handling, reviewers, open, limit: config.CLOCK_REVIEW }, days: counted };
    });

  const read = ({ signal, label, days }: Asked): Promise<Read> =>
    reads.get(JSON.stringify([signal, label, days]), async () => {
      const [series, all] = await Promise.all([
        readSeries(db, { signal, label, since: time.now() - days * day }),
        common(days),
      ]);
      const weights = weigh(ofLabel(all.looked.decided, signal, label), all.looked.chosen, all.posts);
      return { ...all, series, weights, quality: new Map() };
    });

  /** A new installation has counted for less than it is asked for. */
  async function countedDays(since: number, days: number): Promise<number> {
    const first = await firstCounted(runtime);
    if (first === undefined) return days;
    return Math.min(days, Math.max(1 / 24, (time.now() - Math.max(since, first)) / day));
  }

  const thresholds = Array.from({ length: bucketCount }, (_, n) => n / 100);

  const weighed = ({ weights }: Read, of: string | undefined) => (of === undefined ? weights.all : weights.of(of));

  function qualityIn(found: Read, of: string | undefined): (threshold: number) => Quality {
    const known = found.quality.get(of ?? '*') ?? qualityOf(weighed(found, of));
    found.quality.set(of ?? '*', known);
    return known;
  }

  /** What follows at each of these thresholds, for one language or all. */
  function follows(found: Read, asked: Asked, at: readonly number[], of: string | undefined) {
    const own = (one: Series): boolean => of === undefined || one.language === of;
    const move: Move = { action: asked.action, rule: asked.rule };
    const posts = found.posts.filter(own);
    const volumes = volumesOf(found.series.filter(own), doneOf(posts), move, found.days);
    const quality = qualityIn(found, of);
    const staff = { ...found.staff, ...(asked.reviewers !== undefined && { reviewers: asked.reviewers }) };
    return at.map(threshold => {
      const { precision, recall } = quality(threshold);
      const volume = volumes[bucketOf(threshold)]!;
      const { hours, utilisation, share, perDay } = loadOf(volume.reviewed, staff);
      return {
        threshold,
        reviewedPerDay: round(volume.reviewed),
        removedPerDay: round(volume.removed),
        addedPerDay: round(volume.added),
        droppedPerDay: round(volume.dropped),
        ...(hours !== undefined && { reviewHoursPerDay: round(hours) }),
        // The reviewers are there for all languages: what one adds can't be told apart.
        ...(of === undefined && {
          ...(utilisation !== undefined && { utilisation: round(utilisation) }),
          ...(perDay !== undefined && { clocksAtRiskPerDay: round(perDay), clocksAtRisk: round(share ?? 0) }),
        }),
        precision: shown('precision', precision),
        recall: shown('recall', recall),
      };
    });
  }

  const basis = (found: Read, asked: Asked) => ({
    signal: asked.signal,
    label: asked.label,
    ...(asked.rule !== undefined && { rule: asked.rule }),
    action: asked.action,
    days: round(found.days),
    reviewers: asked.reviewers ?? found.staff.reviewers,
    ...(found.staff.handling !== undefined && { handlingSeconds: round(found.staff.handling / 1000) }),
    decisions: found.looked.decisions,
    undecided: found.looked.open,
    lost: found.looked.lost,
    removedUnseen: round(weighed(found, asked.language).leftOut),
  });

  router.get('/v1/what-if', requireScope('policies:read'), async (req, res) => {
    const { threshold, from, posts: limit, ...asked } = parseQuery(req, whatIfQuery);
    const { signal, label } = asked;
    const [found, posts] = await Promise.all([
      read(asked),
      limit === 0
        ? []
        : readNear(db, { signal, label, language: asked.language, from: threshold, to: from ?? 1.01, limit }),
    ]);
    const languages = [...new Set(found.posts.map(one => one.language))].sort();
    const wanted = asked.language === undefined ? languages : [asked.language];
    res.json({
      ...basis(found, asked),
      all: follows(found, asked, [threshold], undefined)[0],
      languages: wanted.map(of => ({ language: of, ...follows(found, asked, [threshold], of)[0]! })),
      posts: posts.map(({ at, ...post }) => ({ ...post, at: isoTime(at) })),
    });
  });

  router.get('/v1/what-if/curve', requireScope('policies:read'), async (req, res) => {
    const asked = parseQuery(req, curveQuery);
    const found = await read(asked);
    const of = asked.language;
    res.json({
      ...basis(found, asked),
      ...(of !== undefined && { language: of }),
      curve: follows(found, asked, thresholds, of),
    });
  });

  router.get('/v1/what-if/labels', requireScope('policies:read'), async (_req, res) => {
    // Whoever asks is about to look at one of them; where it fails now, that call says so.
    common(usualDays).catch(() => undefined);
    res.json({ labels: await readLabels(db, time.now() - usualDays * day) });
  });
  return router;
}

/** When the first post was counted that is still in the counts. */
async function firstCounted({ db }: Pick<Runtime, 'db'>): Promise<number | undefined> {
  const row = await db
    .tables<{ score_days: { at: number; signal: string; label: string } }>()
    .selectFrom('score_days')
    .select(({ fn }) => fn.min<number | null>('at').as('at'))
    .where('signal', '=', '')
    .where('label', '=', '')
    .executeTakeFirst();
  return row?.at ?? undefined;
}

const round = (value: number): number => Number(value.toPrecision(6));

const shown = (what: 'precision' | 'recall', estimate: Estimate) => ({
  ...estimate,
  low: round(estimate.low),
  high: round(estimate.high),
  ...(estimate.enough ? { value: round(estimate.value) } : { words: wordsFor(what, estimate) }),
});
