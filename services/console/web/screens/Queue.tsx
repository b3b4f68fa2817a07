import { Button, Checkbox, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { ReviewOverview } from '../../api/review-types.js';
import { ask } from '../api.js';
import { coarse, nameOfLanguage, number, timeOf } from '../format.js';
import { Badge } from '../parts/Badge.js';
import { Dialog } from '../parts/Dialog.js';
import { Head } from '../parts/Head.js';
import { Problem } from '../parts/Said.js';
import styles from '../parts/Table.module.css';
import { useNow } from '../review/Countdown.js';
import type { ScreenProps } from '../screens.js';
import { may } from '../session.js';
import { strings } from '../strings.js';

const words = strings.desk.queue;
const kinds = strings.desk.kinds;
const anHour = 3_600_000;

type Person = ReviewOverview['people'][number];
type Row = ReviewOverview['rows'][number];

const laneOf = (lane: string): string =>
  lane === '' ? words.everybody : lane === 'lead' ? words.lead : lane === 'person' ? words.person : lane;

/** Whether somebody who is at work is sent such cases: else they wait for nobody. */
const isServed = ({ language, kind, lane }: Row, people: readonly Person[]): boolean =>
  people.some(
    one =>
      one.working &&
      (language === '' || one.languages.length === 0 || one.languages.includes(language)) &&
      (one.kinds.length === 0 || one.kinds.includes(kind)) &&
      (kind !== 'media' || one.opted.includes('media')) &&
      (lane === '' || lane === 'person' || one.skills.includes(lane) || (lane === 'lead' && one.role !== 'reviewer')),
  );

function Waiting({ rows, people }: Pick<ReviewOverview, 'rows' | 'people'>) {
  const now = useNow(5_000);
  const { columns } = words;
  if (rows.length === 0) return <p className={styles.none}>{words.none}</p>;
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">{columns.language}</th>
          <th scope="col">{columns.kind}</th>
          <th scope="col">{columns.lane}</th>
          <th scope="col">{columns.queue}</th>
          <th scope="col" data-number>
            {columns.open}
          </th>
          <th scope="col" data-number>
            {columns.oldest}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(row => (
          <tr key={`${row.language}/${row.kind}/${row.lane}/${row.queue}`}>
            <th scope="row" className={styles.line}>
              {row.language === '' ? strings.review.noLanguage : nameOfLanguage(row.language)}
            </th>
            <td>{kinds[row.kind] ?? row.kind}</td>
            <td>
              {laneOf(row.lane)} {!isServed(row, people) && <Badge tone="warn">{words.nobody}</Badge>}
            </td>
            <td>{row.queue || '–'}</td>
            <td data-number>{number(row.open)}</td>
            <td data-number>{coarse(now - row.oldest)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const listed = (list: readonly string[]): string => (list.length === 0 ? words.all : list.join(', '));

interface Change {
  name: string;
  liftFor?: number;
  perHour?: number | null;
  languages?: string[];
  kinds?: string[];
  skills?: string[];
}

const split = (text: FormDataEntryValue | null): string[] =>
  String(text ?? '')
    .split(',')
    .map(part => part.trim())
    .filter(Boolean);

/** What one person is sent. */
function Changing({
  one,
  perHour,
  admin,
  onChange,
}: {
  one: Person;
  perHour: number;
  admin: boolean;
  onChange: (change: Change) => Promise<unknown>;
}) {
  const [failed, setFailed] = useState<unknown>();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const limit = String(fields.get('perHour') ?? '').trim();
    const chosen = Object.keys(kinds).filter(kind => fields.has(`kind-${kind}`));
    onChange({
      name: one.name,
      perHour: limit === '' ? null : Number(limit),
      ...(admin && {
        languages: split(fields.get('languages')).map(tag => tag.toLowerCase()),
        skills: split(fields.get('skills')),
        kinds: chosen.length === Object.keys(kinds).length ? [] : chosen,
      }),
    }).catch(setFailed);
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <TextInput
        label={words.fields.limit}
        description={words.limitHint(number(perHour))}
        name="perHour"
        inputMode="numeric"
        pattern="[0-9]*"
        defaultValue={one.perHour === undefined ? '' : String(one.perHour)}
        data-autofocus
      />
      {admin ? (
        <>
          <TextInput
            label={words.fields.languages}
            description={words.languagesHint}
            name="languages"
            defaultValue={one.languages.join(', ')}
          />
          <TextInput
            label={words.fields.skills}
            description={words.skillsHint}
            name="skills"
            defaultValue={one.skills.join(', ')}
          />
          {Object.entries(kinds).map(([kind, label]) => (
            <Checkbox
              key={kind}
              name={`kind-${kind}`}
              label={label}
              defaultChecked={one.kinds.length === 0 || one.kinds.includes(kind)}
            />
          ))}
        </>
      ) : (
        <p className={styles.dim}>{words.byAdministrator}</p>
      )}
      <Problem of={failed} />
      <Button type="submit" style={{ justifySelf: 'start' }}>
        {words.save}
      </Button>
    </form>
  );
}

/** What waits for whom, and who is there: for leads. */
export default function Queue({ session }: ScreenProps) {
  const queries = useQueryClient();
  const read = useQuery({
    queryKey: ['queue'],
    queryFn: () => ask<ReviewOverview>('/console/api/queue'),
    refetchInterval: 5_000,
  });
  const change = useMutation({
    mutationFn: ({ name, ...body }: Change) =>
      ask(`/console/api/queue/people/${encodeURIComponent(name)}`, { method: 'PATCH', body }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['queue'] }),
  });
  const [changing, setChanging] = useState<string>();
  const { rows = [], people = [], perHour = 0, seenToday = 0 } = read.data ?? {};
  const { fields } = words;
  const chosen = people.find(({ name }) => name === changing);
  return (
    <>
      <Head title={words.title} hint={words.hint(number(seenToday))} />
      <Problem of={read.error ?? (chosen ? undefined : change.error)} />
      <section aria-labelledby="waiting">
        <h2 id="waiting" className="hidden-visually">
          {words.waiting}
        </h2>
        <div className={styles.wrap}>{read.data && <Waiting rows={rows} people={people} />}</div>
      </section>
      <section aria-labelledby="people" className={styles.side}>
        <h2 id="people">{words.people}</h2>
        <div className={styles.wrap}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{fields.name}</th>
                <th scope="col">{fields.state}</th>
                <th scope="col" data-number>
                  {fields.before}
                </th>
                <th scope="col">{fields.languages}</th>
                <th scope="col">{fields.skills}</th>
                <th scope="col">{fields.limit}</th>
                <th scope="col">{strings.common.actions}</th>
              </tr>
            </thead>
            <tbody>
              {people.map(one => (
                <tr key={one.name} data-over={!one.working}>
                  <th scope="row">{one.name}</th>
                  <td>
                    <Badge tone={one.working ? 'good' : 'mute'}>{one.working ? words.working : words.away}</Badge>
                  </td>
                  <td data-number>{number(one.before)}</td>
                  <td>{listed(one.languages)}</td>
                  <td>{one.skills.join(', ') || '–'}</td>
                  <td>
                    {one.liftedUntil
                      ? words.lifted(timeOf(one.liftedUntil))
                      : one.perHour === undefined
                        ? words.usual(number(perHour))
                        : number(one.perHour)}
                  </td>
                  <td data-line>
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={one.liftedUntil ? words.unliftOf(one.name) : words.liftOf(one.name)}
                      onClick={() => change.mutate({ name: one.name, liftFor: one.liftedUntil ? 0 : anHour })}
                    >
                      {one.liftedUntil ? words.unlift : words.lift}
                    </Button>
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={words.changeOf(one.name)}
                      aria-haspopup="dialog"
                      onClick={() => setChanging(one.name)}
                    >
                      {words.change}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <Dialog
        opened={chosen !== undefined}
        onClose={() => {
          setChanging(undefined);
          change.reset();
        }}
        title={chosen && words.changing(chosen.name)}
      >
        {chosen && (
          <Changing
            one={chosen}
            perHour={perHour}
            admin={may(session, 'admin')}
            onChange={async wanted => {
              await change.mutateAsync(wanted);
              setChanging(undefined);
            }}
          />
        )}
      </Dialog>
    </>
  );
}
