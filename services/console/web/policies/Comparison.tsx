import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { PostName } from '../App.js';
import { ask } from '../api.js';
import { nameOfLanguage, number, percent, shortOf, tenthsShare } from '../format.js';
import { Problem } from '../parts/Said.js';
import table from '../parts/Table.module.css';
import { PostDrawer } from '../post/PostDrawer.js';
import { locale, strings } from '../strings.js';
import { inMine } from '../words/pick.js';
import { tuning } from '../words/tuning.js';
import styles from './Policies.module.css';
import { words } from './sentence.js';
import type { Canary, Done, Measure, Shadow } from './types.js';

const said = words.comparison;
const look = inMine(tuning);
const measures = ['reviewed', 'acted', 'complaints'] as const;
const points = (share: number): string => Math.abs(100 * share).toLocaleString(locale, { maximumFractionDigits: 1 });
export const actionOf = (action: string): string => strings.actions[action as 'allow'] ?? action;

function inWords({ low, high, difference, exceeded }: Canary['differences'][Measure], bound: number): string {
  if (difference === undefined) return said.nothing;
  const what =
    low > 0
      ? said.more(points(low), points(high))
      : high < 0
        ? said.fewer(points(high), points(low))
        : said.unclear(points(low), points(high));
  return exceeded ? `${what} ${said.exceeded(points(bound))}` : what;
}

function OfCanary({ of }: { of: Canary }) {
  const counted = ({ n, wrong }: { n: number; wrong: number }): string =>
    n === 0 ? '–' : `${said.of(number(wrong), number(n))} (${percent(wrong / n)})`;
  return (
    <>
      <div className={table.wrap}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">{said.measure}</th>
              <th scope="col">{said.canary}</th>
              <th scope="col">{said.live}</th>
              <th scope="col">{said.difference}</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">{said.posts}</th>
              <td>{number(of.canary.posts)}</td>
              <td>{number(of.live.posts)}</td>
              <td />
            </tr>
            {measures.map(name => (
              <tr key={name}>
                <th scope="row">{said.names[name]}</th>
                <td data-line>{counted(of.canary[name])}</td>
                <td data-line>{counted(of.live[name])}</td>
                <td className={of.differences[name].exceeded ? table.bad : undefined}>
                  {inWords(of.differences[name], of.bound)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={table.dim}>{said.always(percent(of.confidence), points(of.bound))}</p>
    </>
  );
}

const shownDone = ({ action, rule }: Done) => (
  <>
    {actionOf(action)} <span className={table.dim}>{rule}</span>
  </>
);

interface Example {
  platform: string;
  id: string;
  version: number;
  language?: string;
  live: Done;
  shadow: Done;
}

function Examples({ id }: { id: string }) {
  const [open, setOpen] = useState<PostName>();
  const read = useQuery({
    queryKey: ['policy-examples', id],
    queryFn: () => ask<{ examples: Example[] }>(`/v1/policies/${encodeURIComponent(id)}/examples?limit=50`),
    refetchInterval: 10_000,
  });
  const examples = read.data?.examples ?? [];
  return (
    <section className={styles.part} aria-label={said.examples}>
      <h2>{said.examples}</h2>
      <Problem of={read.error} />
      {examples.length === 0 ? (
        <p className={table.dim}>{said.examplesNone}</p>
      ) : (
        <div className={table.wrap}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{look.columns.post}</th>
                <th scope="col">{said.language}</th>
                <th scope="col">{said.did}</th>
                <th scope="col">{said.would}</th>
                <th scope="col">{look.columns.action}</th>
              </tr>
            </thead>
            <tbody>
              {examples.map(it => (
                <tr key={`${it.platform}/${it.version}/${it.id}`}>
                  <th scope="row">
                    <code>{it.id}</code> <span className={table.dim}>{it.platform}</span>
                  </th>
                  <td>{it.language && nameOfLanguage(it.language)}</td>
                  <td>{shownDone(it.live)}</td>
                  <td>{shownDone(it.shadow)}</td>
                  <td data-line>
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={look.lookAt(it.id)}
                      onClick={() => setOpen({ platform: it.platform, id: it.id })}
                    >
                      {look.look}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <PostDrawer post={open} onClose={() => setOpen(undefined)} />
    </section>
  );
}

function OfShadow({ of, id }: { of: Shadow; id: string }) {
  if (of.posts === 0) return <p className={table.none}>{of.state === 'draft' ? said.draft : said.shadowNone}</p>;
  return (
    <>
      <p className={styles.top}>
        {said.shadow(number(of.differing), number(of.posts), tenthsShare(of.differing / of.posts))}
      </p>
      <div className={table.wrap}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">{said.language}</th>
              <th scope="col">{said.did}</th>
              <th scope="col">{said.would}</th>
              <th scope="col" data-number>
                {said.count}
              </th>
            </tr>
          </thead>
          <tbody>
            {of.counts.slice(0, 100).map(({ language, live, shadow, posts }) => (
              <tr
                key={[language, live.action, live.rule, shadow.action, shadow.rule].join()}
                data-over={live.action === shadow.action}
              >
                <th scope="row" className={table.line}>
                  {language ? nameOfLanguage(language) : '–'}
                </th>
                <td>{shownDone(live)}</td>
                <td>{live.action === shadow.action && live.rule === shadow.rule ? said.same : shownDone(shadow)}</td>
                <td data-number>{number(posts)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Examples id={id} />
    </>
  );
}

/** A version beside the live one, as it stands now. */
export function Comparison({ id }: { id: string }) {
  const read = useQuery({
    queryKey: ['policy-comparison', id],
    queryFn: () => ask<Canary | Shadow>(`/v1/policies/${encodeURIComponent(id)}/comparison`),
    refetchInterval: 5_000,
  });
  if (!read.data)
    return read.error ? <Problem of={read.error} /> : <p className={table.none}>{strings.frame.loading}</p>;
  const { against, since } = read.data;
  return (
    <>
      {read.data.state !== 'draft' && <p className={styles.lead}>{said.beside(against, shortOf(since))}</p>}
      {read.data.state === 'canary' ? <OfCanary of={read.data} /> : <OfShadow of={read.data} id={id} />}
    </>
  );
}
