import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ask } from '../api.js';
import { decimal, nameOfLanguage, number, shortOf } from '../format.js';
import { Badge, type Tone } from '../parts/Badge.js';
import { Head } from '../parts/Head.js';
import { type Move, Moves } from '../parts/Moves.js';
import { Problem } from '../parts/Said.js';
import table from '../parts/Table.module.css';
import type { ScreenProps } from '../screens.js';
import { may } from '../session.js';
import { strings } from '../strings.js';
import { models } from '../words/models.js';
import { inMine } from '../words/pick.js';
import own from './Models.module.css';

const words = inMine(models);

type Standing = 'draft' | 'shadow' | 'live' | 'retired';

interface Model {
  name: string;
  kind?: string;
  instead?: string;
  description?: string;
  state: 'loading' | 'live' | 'refused' | 'absent';
  standing: Standing;
  version?: string;
  labels: { label: string; meaning?: string; threshold?: number }[];
  circuit?: string;
  since?: string;
  reproducible?: boolean;
  problem?: string;
}

interface Comparison {
  answers: number;
  differing: number;
  counts: { language?: string; label: string; live: boolean; shadow: boolean; posts: number }[];
  history: { from?: string; to: string; at: string; by: string; secondedBy?: string; why: string }[];
}

const tones: Record<Standing, Tone> = { draft: 'mute', shadow: 'info', live: 'good', retired: 'mute' };

/** Where it can go from where it stands. */
function movesOf({ name, standing, instead, state }: Model, slotHasPast: boolean): Move[] {
  const path = (to: string): string => `/v1/models/${encodeURIComponent(name)}/${to}`;
  const shadow = { name: words.shadow, label: words.shadowOf(name), path: path('shadow') };
  const promote = { name: words.promote, label: words.promoteOf(name), path: path('promote'), first: true };
  const draft = { name: words.draft, label: words.draftOf(name), path: path('draft') };
  const back = { name: words.rollBack, label: words.rollBackOf(name), path: path('roll-back') };
  if (standing === 'live') return slotHasPast ? [back] : [];
  if (instead === undefined) return [];
  const forward = state === 'live' ? [...(standing === 'shadow' ? [] : [shadow]), promote] : [];
  return standing === 'shadow' ? [...forward, draft] : forward;
}

function Beside({ of }: { of: Comparison }) {
  if (of.answers === 0) return <p className={table.dim}>{words.noAnswers}</p>;
  const { columns } = words;
  return (
    <>
      <p>{words.differs(number(of.differing), number(of.answers))}</p>
      <div className={table.wrap}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">{columns.label}</th>
              <th scope="col">{columns.language}</th>
              <th scope="col">{columns.speaks}</th>
              <th scope="col">{columns.this}</th>
              <th scope="col" data-number>
                {columns.answers}
              </th>
            </tr>
          </thead>
          <tbody>
            {of.counts.slice(0, 50).map(({ language, label, live, shadow, posts }) => (
              <tr key={`${language} ${label} ${live} ${shadow}`} data-over={live === shadow}>
                <th scope="row">{label}</th>
                <td>{language && nameOfLanguage(language)}</td>
                <td>{live ? words.over : words.under}</td>
                <td>{shadow ? words.over : words.under}</td>
                <td data-number>{number(posts)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function One({ of, slotHasPast, session }: { of: Model; slotHasPast: boolean; session: ScreenProps['session'] }) {
  const queries = useQueryClient();
  const read = useQuery({
    queryKey: ['models', of.name],
    queryFn: () => ask<Comparison>(`/v1/models/${encodeURIComponent(of.name)}/comparison`),
    refetchInterval: 10_000,
  });
  const moves = may(session, 'policies:write') ? movesOf(of, slotHasPast) : [];
  const golden = of.problem ? words.goldenBad : of.state === 'live' ? words.goldenGood : words.goldenWaits;
  const facts: [string, string | undefined][] = [
    [words.version, of.version],
    [words.kind, of.kind],
    [words.instead, of.instead],
    [words.golden, golden],
    [words.since, of.since && shortOf(of.since)],
    [words.same, of.reproducible === undefined ? undefined : of.reproducible ? strings.common.yes : strings.common.no],
  ];
  return (
    <li className={own.model}>
      <h2>
        {of.name} <Badge tone={tones[of.standing]}>{words.standings[of.standing]}</Badge>{' '}
        <Badge tone={of.state === 'live' ? 'good' : of.state === 'loading' ? 'info' : 'bad'}>
          {words.states[of.state]}
        </Badge>
      </h2>
      {of.description && <p>{of.description}</p>}
      {of.circuit && (
        <p className={of.circuit === 'closed' ? table.dim : table.bad}>{words.circuits[of.circuit] ?? of.circuit}</p>
      )}
      {of.problem && <p className={table.bad}>{of.problem}</p>}
      <dl className={own.facts}>
        {facts.map(
          ([name, value]) =>
            value !== undefined && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      <p className={own.labels}>
        <span className={table.dim}>{words.labels}:</span>{' '}
        {of.labels.map(({ label, meaning, threshold }) => (
          <span key={label} title={meaning}>
            <strong>{label}</strong> {threshold === undefined ? words.shown : words.threshold(decimal(threshold))}
          </span>
        ))}
      </p>
      <Problem of={read.error} />
      {of.instead !== undefined && read.data && (
        <section aria-label={`${of.name}: ${words.comparison}`}>
          <h3>{words.comparison}</h3>
          <Beside of={read.data} />
        </section>
      )}
      {moves.length > 0 && (
        <Moves
          title={`${of.name}: ${words.moves}`}
          hint={words.movesHint}
          moves={moves}
          onDone={() => void queries.invalidateQueries({ queryKey: ['models'] })}
        />
      )}
      {read.data && read.data.history.length > 0 && (
        <details>
          <summary>{words.history}</summary>
          <ul>
            {read.data.history.toReversed().map(({ to, at, by, secondedBy, why }) => (
              <li key={`${at} ${to}`}>
                {words.standings[to] ?? to}{' '}
                <span className={table.dim}>
                  {shortOf(at)}, {[by, secondedBy].filter(Boolean).join(', ')}
                </span>{' '}
                {why}
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}

/** The operator's own models: which speaks, and what is tried beside it. */
export default function Models({ session }: ScreenProps) {
  const read = useQuery({
    queryKey: ['models'],
    queryFn: () => ask<{ models: Model[] }>('/v1/models'),
    refetchInterval: 5_000,
  });
  const all = read.data?.models ?? [];
  const order: readonly Standing[] = ['live', 'shadow', 'draft', 'retired'];
  const rows = all.toSorted((a, b) => order.indexOf(a.standing) - order.indexOf(b.standing));
  /** Another spoke under its name before. */
  const hasPast = ({ name, instead = name, standing }: Model): boolean =>
    standing === 'live' &&
    all.some(other => other.name !== name && (other.instead ?? other.name) === instead && other.standing === 'retired');
  return (
    <>
      <Head title={words.title} hint={words.hint} />
      <Problem of={read.error} />
      {rows.length === 0 ? (
        <div className={table.wrap}>
          <p className={table.none}>
            {read.isPending ? (
              strings.frame.loading
            ) : (
              <>
                {words.none} <a href="/docs/models.md">{words.how}</a>
              </>
            )}
          </p>
        </div>
      ) : (
        <ul className={own.list}>
          {rows.map(it => (
            <One key={it.name} of={it} slotHasPast={hasPast(it)} session={session} />
          ))}
        </ul>
      )}
    </>
  );
}
