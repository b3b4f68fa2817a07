import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api.js';
import { BroughtBack } from '../figures/BroughtBack.js';
import { Check, type Period } from '../figures/Check.js';
import { duration, monthOf, nameOfLanguage, number, share } from '../format.js';
import { Choice } from '../parts/Choice.js';
import { Head } from '../parts/Head.js';
import { Problem } from '../parts/Said.js';
import table from '../parts/Table.module.css';
import { strings } from '../strings.js';
import { nameOfObligation as nameOf } from '../words/obligations.js';
import styles from './Figures.module.css';

const words = strings.sla;

interface Figure {
  obligation: string;
  route?: string;
  language?: string;
  count: number;
  limited: number;
  within: number;
  share?: number;
  ms?: { p50: number; p95: number; p99: number; max: number };
  cancelled: number;
  open: number;
  overdue: number;
  /** Of several months: which, and what `/v1/sla` takes for it. */
  month?: { label: string; from: string; to: string };
  breaches: number;
  causes: Record<string, number>;
}
interface Answer {
  from: string;
  to: string;
  limits: Record<string, number>;
  size: number;
  sealed: number;
  figures: Figure[];
}

const dimensions = ['obligation', 'month', 'route', 'language'] as const;
type By = (typeof dimensions)[number];
/** Months that are set beside each other, the chosen one last. */
const beside = 6;
/** Under this a count is small. */
const few = 5;

const percentiles = ['p50', 'p95', 'p99'] as const;
const dimensionOf = (figure: Figure): string | undefined =>
  figure.month?.label ??
  figure.route ??
  (figure.language === undefined
    ? undefined
    : figure.language === ''
      ? strings.review.noLanguage
      : nameOfLanguage(figure.language));
const causesOf = ({ causes }: Figure): string =>
  Object.entries(causes)
    .map(([cause, n]) => `${words.causes[cause] ?? cause}: ${number(n)}`)
    .join(', ');

/** The last twelve months, UTC, as the API takes them. */
function months(): { value: string; label: string }[] {
  const now = new Date();
  return Array.from({ length: 12 }, (_, back) => {
    const at = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1);
    return { value: new Date(at).toISOString().slice(0, 7), label: monthOf(at) };
  });
}

/** So few that somebody who knows of a case may recognise it. */
const isSmall = ({ count, open, breaches, cancelled }: Figure): boolean =>
  [count, open, breaches, cancelled].some(n => n > 0 && n < few);

/** The chosen month and those before it, each obligation's months together. */
async function readMonths(last: string): Promise<Answer> {
  const [year = 0, month = 1] = last.split('-').map(Number);
  const starts = Array.from({ length: beside }, (_, n) => Date.UTC(year, month - beside + n, 1));
  const answers = await Promise.all(
    starts.map(at => ask<Answer>(`/v1/sla?from=${new Date(at).toISOString().slice(0, 7)}&by=obligation`)),
  );
  const figures = answers.flatMap(({ from, to, figures: some }, n) =>
    some.map(figure => ({ ...figure, month: { label: monthOf(starts[n] ?? 0), from, to } })),
  );
  const newest = answers.at(-1) as Answer;
  const names = [...new Set(figures.map(({ obligation }) => obligation))];
  return { ...newest, figures: names.flatMap(name => figures.filter(({ obligation }) => obligation === name)) };
}

function Share({ figure }: { figure: Figure }) {
  if (figure.share === undefined) return <span className={table.dim}>{figure.limited === 0 ? '–' : ''}</span>;
  return (
    <>
      <strong data-bad={figure.share < 1}>{share(figure.share)}</strong>{' '}
      <span className={table.dim}>{words.ofAll(number(figure.within), number(figure.limited))}</span>
    </>
  );
}

/** The period that a figure is of, as a report of it is asked for. */
const periodOf = ({ month, route, language }: Figure, { from, to }: Answer): Period => ({
  from: month?.from ?? from,
  to: month?.to ?? to,
  by: route === undefined ? (language === undefined ? 'obligation' : 'language') : 'route',
});
const rowOf = ({ obligation, route, language }: Figure): string =>
  [obligation, route, language].filter(part => part !== undefined).join(', ');

/** Three bars on one scale for each figure, so that they are read at a glance. */
function Bars({ figures, answer }: { figures: readonly Figure[]; answer: Answer }) {
  const { limits } = answer;
  return (
    <div className={styles.figures}>
      {figures.map(figure => {
        const { obligation, ms, breaches, open, overdue } = figure;
        const limit = limits[obligation];
        const scale = Math.max(ms?.p99 ?? 0, 1);
        const title = [nameOf(obligation), dimensionOf(figure)].filter(Boolean).join(', ');
        return (
          <section key={title} className={styles.figure} aria-label={title}>
            <div>
              <h2>{title}</h2>
              <p className={styles.share} data-bad={figure.share !== undefined && figure.share < 1}>
                {figure.share === undefined ? '–' : share(figure.share)}
              </p>
              <p className={table.dim}>
                {words.columns.share} ({limit === undefined ? words.noLimit : duration(limit * 1_000)})
              </p>
              {figure.share !== undefined && (
                <p className={table.dim}>{words.ofAll(number(figure.within), number(figure.limited))}</p>
              )}
            </div>
            <div>
              {ms ? (
                <dl className={styles.bars}>
                  {percentiles.map(name => (
                    <div key={name}>
                      <dt>{name}</dt>
                      <dd>
                        <span aria-hidden="true">
                          <span style={{ width: `${Math.max(0.5, (ms[name] / scale) * 100)}%` }} />
                        </span>
                        <b>{duration(ms[name])}</b>
                      </dd>
                    </div>
                  ))}
                  <div>
                    <dt>{words.columns.max}</dt>
                    <dd>
                      <span aria-hidden="true" />
                      <b>{duration(ms.max)}</b>
                    </dd>
                  </div>
                </dl>
              ) : (
                <p className={table.dim}>{words.noneEnded}</p>
              )}
            </div>
            <div className={styles.rest}>
              <p data-bad={breaches > 0}>
                {words.columns.breaches}: {number(breaches)}
              </p>
              {breaches > 0 && <p className={table.dim}>{causesOf(figure)}</p>}
              <p>
                {words.columns.open}: {number(open)}
                {overdue > 0 && <span data-bad="true"> ({words.overdue(number(overdue))})</span>}
              </p>
              <p>
                {words.columns.cancelled}: {number(figure.cancelled)}
              </p>
              <p>
                <Check what={title} row={rowOf(figure)} period={periodOf(figure, answer)} />
              </p>
            </div>
          </section>
        );
      })}
    </div>
  );
}

function Table({ figures, answer, by }: { figures: readonly Figure[]; answer: Answer; by: By }) {
  const { limits } = answer;
  const { columns } = words;
  return (
    <div className={table.wrap}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{columns.obligation}</th>
            {by !== 'obligation' && <th scope="col">{by === 'month' ? strings.regulator.monthColumn : columns[by]}</th>}
            <th scope="col" data-number>
              {columns.count}
            </th>
            <th scope="col">{columns.share}</th>
            <th scope="col" data-number>
              {columns.limit}
            </th>
            {(['p50', 'p95', 'p99', 'max'] as const).map(name => (
              <th key={name} scope="col" data-number>
                {columns[name]}
              </th>
            ))}
            <th scope="col">{columns.breaches}</th>
            <th scope="col" data-number>
              {columns.open}
            </th>
            <th scope="col">{words.check}</th>
          </tr>
        </thead>
        <tbody>
          {figures.map(figure => {
            const { obligation, count, ms, breaches, open, overdue } = figure;
            const limit = limits[obligation];
            const of = dimensionOf(figure);
            const title = [nameOf(obligation), of].filter(Boolean).join(', ');
            return (
              <tr key={title}>
                <th scope="row">{nameOf(obligation)}</th>
                {by !== 'obligation' && <td>{of}</td>}
                <td data-number>{number(count)}</td>
                <td data-line>
                  <Share figure={figure} />
                </td>
                <td data-number>{limit === undefined ? words.noLimit : duration(limit * 1_000)}</td>
                {(['p50', 'p95', 'p99', 'max'] as const).map(name => (
                  <td key={name} data-number>
                    {ms ? duration(ms[name]) : '–'}
                  </td>
                ))}
                <td>
                  {number(breaches)} <span className={table.dim}>{causesOf(figure)}</span>
                </td>
                <td data-number>
                  {number(open)}
                  {overdue > 0 && <span className={table.bad}> ({words.overdue(number(overdue))})</span>}
                </td>
                <td data-line>
                  <Check what={title} row={rowOf(figure)} period={periodOf(figure, answer)} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** What was promised and what was kept, from the ledger; of nobody in particular. */
export default function Figures() {
  const [choice] = useState(months);
  const [month, setMonth] = useState(choice[0]?.value ?? '');
  const [by, setBy] = useState<By>('obligation');
  const [view, setView] = useState<'bars' | 'table'>('bars');
  const read = useQuery({
    queryKey: ['sla', month, by],
    queryFn: () => (by === 'month' ? readMonths(month) : ask<Answer>(`/v1/sla?from=${month}&by=${by}`)),
    refetchInterval: 30_000,
    placeholderData: before => before,
  });
  const answer = read.data;
  return (
    <>
      <Head title={words.title}>
        <NativeSelect
          size="xs"
          label={words.month}
          value={month}
          data={choice}
          onChange={event => setMonth(event.currentTarget.value)}
        />
        <NativeSelect
          size="xs"
          label={words.by}
          value={by}
          data={dimensions.map(value => ({
            value,
            label: value === 'month' ? strings.regulator.month : words.dimensions[value],
          }))}
          onChange={event => setBy(event.currentTarget.value as typeof by)}
        />
        <Choice
          label={words.view}
          value={view}
          onChange={setView}
          options={(['bars', 'table'] as const).map(name => [name, words.views[name]] as const)}
        />
      </Head>
      <Problem of={read.error} />
      {answer && answer.figures.length === 0 && <p className={table.none}>{words.none}</p>}
      {answer && answer.figures.length > 0 && view === 'bars' && <Bars figures={answer.figures} answer={answer} />}
      {answer && answer.figures.length > 0 && view === 'table' && (
        <Table figures={answer.figures} answer={answer} by={by} />
      )}
      {answer && (
        <p className={styles.foot}>
          {words.entries(number(answer.size))} {answer.sealed > 0 && words.sealed(number(answer.sealed))}{' '}
          {answer.figures.some(isSmall) && strings.regulator.small}
        </p>
      )}
      {answer && <BroughtBack from={answer.from} to={answer.to} />}
    </>
  );
}
