import { type Runtime, sql } from '../../runtime/index.js';
import { agreementOf, type Estimate, type Pair, rateOf } from './kappa.js';
import type { QualityRows } from './tables.js';

/** By what the figures are told apart; `''` is all together. */
export type Dimension = 'all' | 'language' | 'label' | 'pair' | 'person';

export interface QualityLine {
  by: Dimension;
  /** The language, the label, `first / second`, or the name. */
  key: string;
  /** Of decisions that two made, blind: how far they agree beyond chance. By label: on whether it is this label. */
  agreement: Estimate & { same: number };
  /** Of golden items: the share that was decided as is known to be right. */
  golden: Estimate & { right: number };
  /** Of decisions: the share that was reversed later. */
  overturned: Estimate & { reversed: number };
}

export interface Quality {
  since: number;
  lines: QualityLine[];
  /** What waits: for a second person, and for a lead. */
  waiting: number;
  disagreed: number;
}

/** What the answers to test cases are counted by. */
const answers = [
  'kind',
  'language',
  'expected',
  'expected_category',
  'expected_by',
  'answer',
  'answer_category',
  'answered_by',
] as const;

interface Answered {
  kind: 'golden' | 'second';
  language: string;
  expected: string;
  expected_category: string;
  expected_by: string;
  answer: string;
  answer_category: string;
  answered_by: string;
  n: number;
}
interface Made {
  decision: string;
  category: string;
  language: string;
  decided_by: string;
  n: number;
  reversed: number;
}

/** Who sees only themselves gets no line of anybody else, and no pair. */
interface Asked {
  since: number;
  /** One person's lines alone. */
  only?: string;
}

/**
 * How well is decided, from `since` on. Cost: one pass over the test cases and one over the decisions of that time, both grouped in the database.
 */
export async function readQuality({ db }: Pick<Runtime, 'db'>, { since, only }: Asked): Promise<Quality> {
  const rows = db.tables<QualityRows>();
  const [answered, made, waits] = await Promise.all([
    rows
      .selectFrom('test_cases')
      .select(({ fn }) => [...answers, fn.countAll<number>().as('n')])
      .where('answered_at', '>=', since)
      .groupBy(answers)
      .execute() as Promise<Answered[]>,
    rows
      .selectFrom('made_decisions')
      .select(({ fn }) => [
        'decision',
        'category',
        'language',
        'decided_by',
        fn.countAll<number>().as('n'),
        fn.count<number>('overturned_at').as('reversed'),
      ])
      .where('at', '>=', since)
      .groupBy(['decision', 'category', 'language', 'decided_by'])
      .execute() as Promise<Made[]>,
    rows
      .selectFrom('test_cases')
      .select(({ fn }) => ['state', fn.countAll<number>().as('n')])
      .where(sql<boolean>`state in ('waiting', 'disagreed')`)
      .groupBy('state')
      .execute(),
  ]);
  const lines = only === undefined ? allLines(answered, made) : [personLine(only, answered, made)];
  const waitsIn = (state: string): number => waits.find(row => row.state === state)?.n ?? 0;
  return { since, lines, waiting: waitsIn('waiting'), disagreed: waitsIn('disagreed') };
}

const sumOf = (list: readonly { n: number }[]): number => list.reduce((sum, { n }) => sum + n, 0);
const unique = (list: readonly string[]): string[] => [...new Set(list)].sort();

/** A label as it is told: a category of removals and one of keeping may have the same name (`other`). */
export const labelOf = (decision: string, category: string): string =>
  category ? `${decision}/${category}` : decision;

function lineOf(
  by: Dimension,
  key: string,
  answered: readonly Answered[],
  made: readonly Made[],
  pairs?: readonly Pair[],
): QualityLine {
  const seconds = answered.filter(({ kind }) => kind === 'second');
  const known = answered.filter(({ kind }) => kind === 'golden');
  const two = pairs ?? seconds.map(row => ({ first: row.expected, second: row.answer, n: row.n }));
  const right = sumOf(known.filter(row => row.answer === row.expected));
  const reversed = made.reduce((sum, row) => sum + row.reversed, 0);
  return {
    by,
    key,
    agreement: { ...agreementOf(two), same: sumOf(two.filter(({ first, second }) => first === second)) },
    golden: { ...rateOf(right, sumOf(known)), right },
    overturned: { ...rateOf(reversed, sumOf(made)), reversed },
  };
}

function allLines(answered: readonly Answered[], made: readonly Made[]): QualityLine[] {
  const seconds = answered.filter(({ kind }) => kind === 'second');
  const lines = [lineOf('all', '', answered, made)];
  for (const language of unique([...answered, ...made].map(row => row.language))) {
    const here = (row: { language: string }): boolean => row.language === language;
    lines.push(lineOf('language', language, answered.filter(here), made.filter(here)));
  }
  const firstOf = (row: Answered): string => labelOf(row.expected, row.expected_category);
  const secondOf = (row: Answered): string => labelOf(row.answer, row.answer_category);
  const labels = [
    ...answered.map(firstOf),
    ...seconds.map(secondOf),
    ...made.map(row => labelOf(row.decision, row.category)),
  ];
  for (const label of unique(labels)) {
    // This label or another: agreement on one category (Fleiss, Statistical Methods for Rates and Proportions, chapter 18).
    const pairs = seconds.map(row => ({
      first: String(firstOf(row) === label),
      second: String(secondOf(row) === label),
      n: row.n,
    }));
    const known = answered.filter(row => row.kind === 'golden' && firstOf(row) === label);
    const decided = made.filter(row => labelOf(row.decision, row.category) === label);
    lines.push(lineOf('label', label, known, decided, pairs));
  }
  for (const pair of unique(seconds.map(pairOf)))
    lines.push(
      lineOf(
        'pair',
        pair,
        seconds.filter(row => pairOf(row) === pair),
        [],
      ),
    );
  const people = unique([
    ...answered.map(row => row.answered_by),
    ...seconds.map(row => row.expected_by),
    ...made.map(row => row.decided_by),
  ]);
  return [...lines, ...people.map(name => personLine(name, answered, made))];
}

/** Two people, whoever of them was first. */
const pairOf = ({ expected_by, answered_by }: Answered): string => [expected_by, answered_by].sort().join(' / ');

/** One person: against golden items, against whoever else decided the same, and what became of their decisions. */
function personLine(name: string, answered: readonly Answered[], made: readonly Made[]): QualityLine {
  const theirs = answered.filter(
    row => row.answered_by === name || (row.kind === 'second' && row.expected_by === name),
  );
  return lineOf(
    'person',
    name,
    theirs,
    made.filter(row => row.decided_by === name),
  );
}
