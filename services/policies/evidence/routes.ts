import { Router } from 'express';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { requireScope } from '../../accounts/index.js';
import { parseQuery, type Runtime } from '../../runtime/index.js';
import { bucketCount, bucketOf } from './buckets.js';
import type { Estimate } from './estimate.js';
import { day } from './fold.js';
import { readLabels, readSeries, type Series } from './histogram.js';
import { type Looked, ofLabel, readDecided, readNear } from './read.js';
import { type Decided, weigh } from './weigh.js';
import { doneOf, loadOf, type Move, qualityOf, type Staff, volumesOf } from './what-if.js';
import { wordsFor } from './words.js';

/** How people get on with the cases, as who keeps them can tell. */
export interface Assistance {
  pace: () => Promise<{ handling?: number | undefined; reviewers: number; open: number }>;
}

const name = z.string().min(1).max(200);
const language = z.string().regex(/^[a-z]{2,3}$/, 'takes a language such as "fr"');

export const whatIfQuery = z.strictObject({
  signal: name.default('text-model'),
  label: name,
  threshold: z.coerce.number().min(0).max(1),
  /** The threshold that holds now: the posts between the two change sides. Without it, those that the new one is about. */
  from: z.coerce.number().min(0).max(1).optional(),
  language: language.optional(),
  days: z.coerce.number().int().min(1).max(90).default(30),
  /** What the rule does. */
  action: z.enum(['review', 'withhold', 'remove']).default('review'),
  /** The rule that has this threshold now. */
  rule: z.string().max(63).optional(),
  /** People at it all day; else as many as there are now. */
  reviewers: z.coerce.number().int().min(0).max(10_000).optional(),
  posts: z.coerce.number().int().min(0).max(200).default(20),
});

export const curveQuery = whatIfQuery.omit({ threshold: true, from: true, posts: true });

/** How old (ms) what was read for one label may be: a slider asks many times within it. */
const fresh = 15_000;

interface Quality {
  at: ReturnType<typeof qualityOf>;
  leftOut: number;
}

interface Read {
  series: Series[];
  posts: Series[];
  looked: Looked;
  decided: Decided[];
  /** By language, and `*` for all: quality at every hundredth. It is the same while a slider moves. */
  quality: Map<string, Quality>;
  staff: Staff;
  /** Days that there are counts of, of those asked for. */
  days: number;
}

type Asked = z.output<typeof curveQuery>;

/** `GET /v1/what-if`, `/v1/what-if/curve`, `/v1/what-if/labels`. */
export function evidenceRoutes(runtime: Runtime, { pace }: Assistance): Router {
  const { db, time, config } = runtime;
  const router = Router();
  const decisions = new LRUCache<number, { at: number; read: Promise<Looked> }>({ max: 8 });
  const cache = new LRUCache<string, { at: number; read: Promise<Read> }>({ max: 64 });

  async function readNow({ signal, label, days }: Asked): Promise<Read> {
    const since = time.now() - days * day;
    const [series, posts, looked, { handling, reviewers, open }, counted] = await Promise.all([
      readSeries(db, { signal, label, since }),
      readSeries(db, { signal: '', label: '', since }),
      readLooked(days),
      pace(),
      countedDays(since, days),
    ]);
    const staff = { handling, reviewers, open, limit: config.CLOCK_REVIEW };
    const decided = ofLabel(looked.decided, signal, label);
    return { series, posts, looked, decided, quality: new Map(), staff, days: counted };
  }

  /** Read once for all labels. */
  function readLooked(days: number): Promise<Looked> {
    const now = time.steady();
    const known = decisions.get(days);
    if (known && now - known.at < fresh) return known.read;
    const made = { at: now, read: readDecided(db, time.now() - days * day) };
    decisions.set(days, made);
    made.read.catch(() => decisions.delete(days));
    return made.read;
  }

  /** A new installation has counted for less than it is asked for. */
  async function countedDays(since: number, days: number): Promise<number> {
    const first = await firstCounted(runtime);
    if (first === undefined) return days;
    return Math.min(days, Math.max(1 / 24, (time.now() - Math.max(since, first)) / day));
  }

  function read(asked: Asked): Promise<Read> {
    const key = JSON.stringify([asked.signal, asked.label, asked.days]);
    const now = time.steady();
    const known = cache.get(key);
    if (known && now - known.at < fresh) return known.read;
    const made = { at: now, read: readNow(asked) };
    cache.set(key, made);
    made.read.catch(() => cache.delete(key));
    return made.read;
  }

  const thresholds = Array.from({ length: bucketCount }, (_, n) => n / 100);

  function qualityIn(found: Read, of: string | undefined): Quality {
    const known = found.quality.get(of ?? '*');
    if (known) return known;
    const weighed = weigh(found.decided, found.looked.chosen, found.posts, of);
    const made = { at: qualityOf(weighed, thresholds), leftOut: weighed.leftOut };
    found.quality.set(of ?? '*', made);
    return made;
  }

  /** What follows at each of these thresholds, for one language or all. */
  function follows(found: Read, asked: Asked, at: readonly number[], of: string | undefined) {
    const own = (one: Series): boolean => of === undefined || one.language === of;
    const move: Move = { action: asked.action, rule: asked.rule };
    const posts = found.posts.filter(own);
    const volumes = volumesOf(found.series.filter(own), doneOf(posts), move, found.days);
    const quality = qualityIn(found, of).at;
    const staff = { ...found.staff, ...(asked.reviewers !== undefined && { reviewers: asked.reviewers }) };
    return at.map(threshold => {
      const { precision, recall } = quality[bucketOf(threshold)]!;
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
    decisions: found.looked.decided.length,
    undecided: found.looked.open,
    lost: found.looked.lost,
    removedUnseen: round(qualityIn(found, asked.language).leftOut),
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
      posts: posts.map(({ at, ...post }) => ({ ...post, at: new Date(at).toISOString() })),
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
    res.json({ labels: await readLabels(db, time.now() - 30 * day) });
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
