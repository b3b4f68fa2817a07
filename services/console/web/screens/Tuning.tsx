import { Button, NativeSelect } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { PostName } from '../App.js';
import { ask } from '../api.js';
import { decimal, nameOfLanguage, number } from '../format.js';
import { Card } from '../parts/Card.js';
import { Head } from '../parts/Head.js';
import { Problem } from '../parts/Said.js';
import { Table } from '../parts/Table.js';
import table from '../parts/Table.module.css';
import { canMove, readPolicy, rulesAbout, thresholdIn } from '../policies/text.js';
import { nameOfLabel } from '../post/labels.js';
import { PostDrawer } from '../post/PostDrawer.js';
import { linkTo } from '../router.js';
import type { ScreenProps } from '../screens.js';
import { may } from '../session.js';
import { strings } from '../strings.js';
import { Curve, Rows } from '../tuning/Curve.js';
import { Figures, words } from '../tuning/Figures.js';
import styles from '../tuning/Tuning.module.css';
import type { CurveAnswer, Label, NearPost, WhatIf } from '../tuning/types.js';

const actionOf = (action: string): string => strings.actions[action as 'allow'] ?? action;
const two = (n: number): number => Math.round(n * 100) / 100;

/** Posts between two thresholds; what they say is shown when it is asked for. */
function Posts({ posts }: { posts: readonly NearPost[] }) {
  const [open, setOpen] = useState<PostName>();
  const { columns } = words;
  return (
    <Card title={words.posts}>
      <p className={table.dim}>{words.postsHint}</p>
      {posts.length === 0 ? (
        <p className={table.none}>{words.postsNone}</p>
      ) : (
        <Table label={`${words.posts}: ${words.views.table}`}>
          <thead>
            <tr>
              <th scope="col">{columns.post}</th>
              <th scope="col">{columns.language}</th>
              <th scope="col" data-number>
                {columns.score}
              </th>
              <th scope="col">{columns.was}</th>
              <th scope="col">{columns.action}</th>
            </tr>
          </thead>
          <tbody>
            {posts.map(({ platform, id, version, language, score, action, rule }) => (
              <tr key={`${platform}/${version}/${id}`}>
                <th scope="row">
                  <code>{id}</code> <span className={table.dim}>{platform}</span>
                </th>
                <td>{nameOfLanguage(language)}</td>
                <td data-number>{decimal(score)}</td>
                <td>
                  {actionOf(action)} <span className={table.dim}>{rule}</span>
                </td>
                <td data-line>
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={words.lookAt(id)}
                    onClick={() => setOpen({ platform, id })}
                  >
                    {words.look}
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      <PostDrawer post={open} onClose={() => setOpen(undefined)} />
    </Card>
  );
}

interface Live {
  id: string;
  text: string;
}

async function readLive(): Promise<Live> {
  const { inForce } = await ask<{ inForce: { live: string } }>('/v1/policies');
  return ask<Live>(`/v1/policies/${encodeURIComponent(inForce.live)}`);
}

/** One score, its curve, and the threshold that is tried. */
function Tried({ of, live, days, writes }: { of: Label; live: Live | undefined; days: number; writes: boolean }) {
  const { signal, label } = of;
  const written = live && readPolicy(live.text);
  const rules = written ? rulesAbout(written, signal, label) : [];
  const [chosenRule, setRule] = useState<string>();
  const [chosenLanguage, setLanguage] = useState('');
  const [chosen, setChosen] = useState<number>();
  const rule = chosenRule === '' ? undefined : (rules.find(({ name }) => name === chosenRule) ?? rules[0]);
  const language = chosenLanguage || undefined;
  const today = rule && thresholdIn(rule, label, language);
  const threshold = chosen ?? (today === undefined ? 0.5 : two(today));
  const action = rule && ['remove', 'withhold'].includes(rule.action) ? (rule.action as 'remove') : 'review';

  const query = {
    signal,
    label,
    days: String(days),
    action,
    ...(rule && { rule: rule.name }),
  };
  const inOne = { ...query, ...(language !== undefined && { language }) };
  const curve = useQuery({
    queryKey: ['curve', inOne],
    queryFn: () => ask<CurveAnswer>(`/v1/what-if/curve?${new URLSearchParams(inOne)}`),
    enabled: live !== undefined,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });
  // The figures come from the curve at once; posts and languages once the slider rests.
  const [rested] = useDebouncedValue(threshold, 200);
  const near = useQuery({
    queryKey: ['what-if', inOne, rested, today],
    queryFn: () => {
      const at = { ...inOne, threshold: String(rested), ...(today !== undefined && { from: String(today) }) };
      return ask<WhatIf>(`/v1/what-if?${new URLSearchParams(at)}`);
    },
    enabled: live !== undefined,
    refetchInterval: 15_000,
    placeholderData: keepPreviousData,
  });
  const known = useQuery({
    queryKey: ['what-if-languages', query],
    queryFn: async () =>
      (await ask<WhatIf>(`/v1/what-if?${new URLSearchParams({ ...query, threshold: '1', posts: '0' })}`)).languages.map(
        one => one.language,
      ),
    enabled: live !== undefined,
    staleTime: 60_000,
  });
  const at = curve.data?.curve[Math.round(threshold * 100)];
  const draft =
    rule &&
    canMove(rule, language) &&
    linkTo('policies', 'new', rule.name, signal, label, chosenLanguage || '*', decimalPoint(threshold));
  return (
    <>
      <div className={styles.slide}>
        <div>
          <label htmlFor="threshold">{words.threshold}</label>
          <br />
          <output htmlFor="threshold">{decimal(threshold)}</output>
        </div>
        <div>
          <input
            id="threshold"
            type="range"
            min={0}
            max={1}
            step={0.01}
            value={threshold}
            aria-valuetext={decimal(threshold)}
            onChange={event => setChosen(two(event.currentTarget.valueAsNumber))}
          />
          <p>
            {words.does(words.actions[action])}{' '}
            {today !== undefined ? words.today(decimal(today)) : rule ? words.todayModel : words.todayNone}
          </p>
        </div>
        <div className={styles.under}>
          <div className={styles.under}>
            <NativeSelect
              size="xs"
              label={words.rule}
              value={rule?.name ?? ''}
              data={[...rules.map(({ name }) => ({ value: name, label: name })), { value: '', label: words.noRule }]}
              onChange={event => {
                setRule(event.currentTarget.value);
                setChosen(undefined);
              }}
            />
            <NativeSelect
              size="xs"
              label={words.language}
              value={chosenLanguage}
              data={[
                { value: '', label: words.all },
                ...(known.data ?? []).map(value => ({ value, label: nameOfLanguage(value) })),
              ]}
              onChange={event => setLanguage(event.currentTarget.value)}
            />
          </div>
          <div className={styles.under}>
            {chosen !== undefined && (
              <Button size="xs" variant="default" onClick={() => setChosen(undefined)}>
                {words.back}
              </Button>
            )}
            {writes &&
              (draft ? (
                <Button size="xs" component="a" href={draft}>
                  {words.draft}
                </Button>
              ) : (
                <p>{words.draftHint}</p>
              ))}
          </div>
        </div>
      </div>
      <Problem of={curve.error ?? near.error} />
      {curve.data && at && (
        <div className={styles.stack}>
          <Figures at={at} basis={curve.data} moved={today !== undefined} />
          <Curve curve={curve.data.curve} here={threshold} today={today} />
          {language === undefined && near.data && near.data.languages.length > 0 && (
            <Card title={words.byLanguage}>
              <Rows
                head={words.language}
                rows={near.data.languages.map(one => ({ name: nameOfLanguage(one.language), at: one }))}
              />
            </Card>
          )}
          {near.data && <Posts posts={near.data.posts} />}
          <p className={styles.foot}>
            {words.evidence(number(curve.data.decisions), number(curve.data.undecided), number(curve.data.lost))}{' '}
            {curve.data.removedUnseen > 0 && words.unseen(number(curve.data.removedUnseen))}{' '}
            <a href="/docs/tune.md">{words.how}</a>
          </p>
        </div>
      )}
    </>
  );
}

const decimalPoint = (n: number): string => n.toFixed(2);
const keyOf = ({ signal, label }: Label): string => `${signal}: ${label}`;
/** As policies write it, and what it stands for. */
const optionOf = (of: Label) => {
  const name = nameOfLabel(of.label);
  return { value: keyOf(of), label: name === of.label ? keyOf(of) : `${keyOf(of)} (${name})` };
};
/** What people tune first. */
const usual = 'text-model: ve';

/** What a threshold would lead to, while the slider moves. */
export default function Tuning({ session }: ScreenProps) {
  const [chosen, setChosen] = useState<string>();
  const [days, setDays] = useState(30);
  const labels = useQuery({
    queryKey: ['what-if-labels'],
    queryFn: () => ask<{ labels: Label[] }>('/v1/what-if/labels'),
    refetchInterval: 30_000,
  });
  const live = useQuery({ queryKey: ['policy-live'], queryFn: readLive });
  const found = labels.data?.labels ?? [];
  const of = found.find(one => keyOf(one) === (chosen ?? usual)) ?? found[0];
  return (
    <>
      <Head title={words.title} hint={words.hint}>
        {found.length > 0 && (
          <>
            <NativeSelect
              size="xs"
              w="18rem"
              label={words.label}
              value={of && keyOf(of)}
              data={found.map(optionOf)}
              onChange={event => setChosen(event.currentTarget.value)}
            />
            <NativeSelect
              size="xs"
              label={words.days}
              value={String(days)}
              data={[1, 7, 30, 90].map(n => ({ value: String(n), label: words.lastDays(n) }))}
              onChange={event => setDays(Number(event.currentTarget.value))}
            />
          </>
        )}
      </Head>
      <Problem of={labels.error ?? live.error} />
      {of ? (
        <Tried key={keyOf(of)} of={of} live={live.data} days={days} writes={may(session, 'policies:write')} />
      ) : (
        <div className={table.wrap}>
          <p className={table.none}>{labels.isPending ? strings.frame.loading : words.none}</p>
        </div>
      )}
    </>
  );
}
