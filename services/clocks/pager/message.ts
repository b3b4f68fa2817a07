import { type Database, isoTime } from '../../runtime/index.js';
import { begun, overdue } from '../obligations.js';
import type { ClockRow, ClockTables } from '../tables.js';

/** Clocks named on a page; the others are counted. */
const named = 10;

interface PageClock {
  obligation: string;
  platform: string;
  post: string;
  subject: string;
  level: number;
  state: ClockRow['state'];
  due?: string;
}

/** What a page is about: how many clocks, by obligation and level, and the nearest of them. */
export interface Summary {
  clocks: number;
  breached: number;
  counts: { obligation: string; level: number; clocks: number }[];
  nearest: PageClock[];
}

/** Reads what a page is about. Costs one index range of `page_clocks` and as many look-ups by key. */
export async function summarize(db: Database, page: string): Promise<Summary> {
  const rows = db.tables<ClockTables>();
  const about = rows
    .selectFrom('page_clocks')
    .innerJoin('clocks', 'clocks.id', 'page_clocks.clock_id')
    .where('page_id', '=', page);
  const [counts, nearest] = await Promise.all([
    about
      .select(['obligation', 'page_clocks.level', ({ fn }) => fn.countAll<number>().as('clocks')])
      .groupBy(['obligation', 'page_clocks.level'])
      .orderBy('page_clocks.level', 'desc')
      .orderBy('obligation')
      .execute(),
    about
      .select(['obligation', 'platform', 'post_id', 'subject', 'state', 'due_at', 'page_clocks.level'])
      .orderBy('page_clocks.level', 'desc')
      .orderBy('sort_at')
      .limit(named)
      .execute(),
  ]);
  const sum = (levels: (level: number) => boolean): number =>
    counts.filter(row => levels(row.level)).reduce((total, row) => total + row.clocks, 0);
  return {
    clocks: sum(() => true),
    breached: sum(level => level === overdue),
    counts,
    nearest: nearest.map(({ post_id, due_at, ...row }) => ({
      ...row,
      post: post_id,
      ...(due_at === null ? {} : { due: isoTime(due_at) }),
    })),
  };
}

const clocks = (n: number): string => (n === 1 ? '1 clock' : `${n} clocks`);

export function subjectOf({ clocks: all, breached, counts }: Summary): string {
  const atOnce = counts.filter(({ level }) => level === begun).reduce((sum, row) => sum + row.clocks, 0);
  const near = all - breached - atOnce;
  const parts = [
    ...(breached > 0 ? [`${clocks(breached)} over the limit`] : []),
    ...(atOnce > 0 ? [`${clocks(atOnce)} to look at now`] : []),
    ...(near > 0 ? [`${clocks(near)} close to the limit`] : []),
  ];
  return `[Sans Délai] ${parts.join(', ')}`;
}

/** What platforms send can't make lines of its own in a message. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 200);

const levelText = (level: number, whose: 'its' | 'the'): string => {
  if (level === overdue) return `over ${whose} limit`;
  return level === begun ? 'to look at now' : `at ${level} % of ${whose} limit`;
};

/** What a clock is about: a post, or what its obligation is told of (an order, an authority). */
const about = ({ platform, post, subject }: PageClock): string =>
  oneLine(platform === '' && post === '' ? subject : `${platform} / ${post}`);

/** The lines of a page, for people. */
export function linesOf(summary: Summary): string[] {
  const { counts, nearest, clocks: all } = summary;
  const left = all - nearest.length;
  return [
    ...counts.map(row => `${row.obligation}: ${clocks(row.clocks)} ${levelText(row.level, 'the')}`),
    '',
    ...nearest.map(
      clock =>
        `- ${clock.obligation} of ${about(clock)}: ${levelText(clock.level, 'its')}, ${clock.due ? `due ${clock.due}, ` : ''}now ${clock.state}`,
    ),
    ...(left > 0 ? [`and ${left} more`] : []),
  ];
}
