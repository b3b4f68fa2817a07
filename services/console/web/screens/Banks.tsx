import { Button, Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ask } from '../api.js';
import { dayOf } from '../format.js';
import { Head } from '../parts/Head.js';
import { More } from '../parts/More.js';
import { Problem } from '../parts/Said.js';
import { Sure } from '../parts/Sure.js';
import styles from '../parts/Table.module.css';
import { linkTo } from '../router.js';
import type { ScreenProps } from '../screens.js';
import { may } from '../session.js';
import { strings } from '../strings.js';

const words = strings.banks;
const kinds = ['text', 'link', 'pdq', 'sha256', 'md5'] as const;

interface Entry {
  id: string;
  kind: string;
  content: string;
  source: string;
  confirmedBy?: string;
  createdAt: number;
}
const page = 100;
const entriesOf = (bank: string): string => `/v1/banks/${encodeURIComponent(bank)}/entries`;

/** What a text says is shown when asked for. */
function Content({ kind, content }: Pick<Entry, 'kind' | 'content'>) {
  const [shown, show] = useState(kind !== 'text');
  if (shown) return <span dir="auto">{content.length > 300 ? `${content.slice(0, 300)} …` : content}</span>;
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => show(true)}>
        {words.show}
      </Button>{' '}
      <span className={styles.dim}>{words.hidden}</span>
    </>
  );
}

function Entries({ bank, writes }: { bank: string; writes: boolean }) {
  const queries = useQueryClient();
  const read = useInfiniteQuery({
    queryKey: ['entries', bank],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      ask<{ entries: Entry[]; next?: string }>(
        `${entriesOf(bank)}?limit=${page}${pageParam && `&after=${encodeURIComponent(pageParam)}`}`,
      ),
    getNextPageParam: ({ next }) => next,
  });
  const change = useMutation({
    mutationFn: ({ id, confirm }: { id: string; confirm: boolean }) =>
      ask(`${entriesOf(bank)}/${encodeURIComponent(id)}${confirm ? '/confirm' : ''}`, {
        method: confirm ? 'POST' : 'DELETE',
      }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['entries', bank] }),
  });
  const rows = read.data?.pages.flatMap(({ entries }) => entries) ?? [];
  const { columns } = words;
  return (
    <>
      <Problem of={read.error ?? change.error} />
      <div className={styles.wrap}>
        {rows.length === 0 ? (
          <p className={styles.none}>{read.isPending ? strings.frame.loading : words.noEntries}</p>
        ) : (
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{columns.kind}</th>
                <th scope="col">{columns.content}</th>
                <th scope="col">{columns.source}</th>
                <th scope="col">{columns.confirmed}</th>
                <th scope="col">{columns.at}</th>
                {writes && <th scope="col">{strings.common.actions}</th>}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ id, kind, content, source, confirmedBy, createdAt }) => (
                <tr key={id}>
                  <td data-line>{words.kinds[kind] ?? kind}</td>
                  <td style={{ minWidth: '9rem', overflowWrap: 'anywhere' }}>
                    <Content kind={kind} content={content} />
                  </td>
                  <td>{source}</td>
                  <td>{confirmedBy ?? strings.common.no}</td>
                  <td data-line>{dayOf(createdAt)}</td>
                  {writes && (
                    <td data-line>
                      {!confirmedBy && (
                        <Button
                          size="compact-sm"
                          variant="default"
                          aria-label={words.confirmOf(id)}
                          onClick={() => change.mutate({ id, confirm: true })}
                        >
                          {words.confirm}
                        </Button>
                      )}{' '}
                      <Sure label={words.removeOf(id)} onSure={() => change.mutate({ id, confirm: false })}>
                        {words.remove}
                      </Sure>
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
      <More of={read} label={words.more} />
    </>
  );
}

/** What is known: by bank, added, confirmed, taken out. */
export default function Banks({ session, rest: [chosen] }: ScreenProps) {
  const queries = useQueryClient();
  const read = useQuery({ queryKey: ['banks'], queryFn: () => ask<{ banks: string[] }>('/console/api/banks') });
  const banks = read.data?.banks ?? [];
  const bank = chosen ?? banks[0];
  const writes = may(session, 'banks:write');
  const add = useMutation({
    mutationFn: ({ name, ...body }: { name: string; [field: string]: unknown }) =>
      ask(entriesOf(name), { method: 'POST', body }),
    onSuccess: async (_, { name }) => {
      await queries.invalidateQueries({ queryKey: ['banks'] });
      await queries.invalidateQueries({ queryKey: ['entries', name] });
      window.location.hash = linkTo('banks', name);
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const { name, kind, content, source, confirmed } = Object.fromEntries(new FormData(form));
    const field = kind === 'text' || kind === 'link' ? String(kind) : 'hash';
    const body = { kind, [field]: content, source, ...(confirmed && { confirmed: true }) };
    add.mutate({ name: String(name), ...body }, { onSuccess: () => form.reset() });
  };
  return (
    <>
      <Head title={words.title} hint={words.hint}>
        {banks.length > 0 && (
          <NativeSelect
            size="xs"
            label={words.bank}
            value={bank ?? ''}
            data={[...new Set([...banks, ...(bank ? [bank] : [])])]}
            onChange={event => {
              window.location.hash = linkTo('banks', event.currentTarget.value);
            }}
          />
        )}
      </Head>
      <Problem of={read.error} />
      {bank ? (
        <Entries key={bank} bank={bank} writes={writes} />
      ) : (
        <p className={styles.none}>{read.isPending ? strings.frame.loading : words.none}</p>
      )}
      {writes && (
        <section className={styles.side} aria-labelledby="add">
          <h2 id="add">{words.add}</h2>
          <form className={styles.form} onSubmit={submit}>
            <TextInput
              key={bank}
              label={words.newBank}
              name="name"
              data-sent="bank"
              required
              defaultValue={bank}
              maxLength={63}
            />
            <NativeSelect
              label={words.columns.kind}
              name="kind"
              data={kinds.map(value => ({ value, label: words.kinds[value] ?? value }))}
            />
            <Textarea
              label={words.content}
              name="content"
              data-sent="text link hash"
              required
              rows={3}
              maxLength={100_000}
            />
            <TextInput label={words.source} name="source" required maxLength={500} />
            <Checkbox label={words.stand} name="confirmed" value="yes" />
            <Problem of={add.error} />
            <p className={styles.good} role="status">
              {add.isSuccess ? words.added : ''}
            </p>
            <Button type="submit" loading={add.isPending} style={{ justifySelf: 'start' }}>
              {words.button}
            </Button>
          </form>
        </section>
      )}
    </>
  );
}
