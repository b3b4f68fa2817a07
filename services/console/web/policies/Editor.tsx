import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useMemo, useState } from 'react';
import { ask } from '../api.js';
import { Head } from '../parts/Head.js';
import { Problem } from '../parts/Said.js';
import table from '../parts/Table.module.css';
import { linkTo } from '../router.js';
import styles from './Policies.module.css';
import { RuleList } from './RuleList.js';
import { words } from './sentence.js';
import { TextField } from './TextField.js';
import { readPolicy, setNumber } from './text.js';
import type { PolicyProblem, Version } from './types.js';

const said = words.editor;

/** The rules that the second text has otherwise than the first, or that the first has not. */
function changesOf(first: string, second: string): Map<string, 'added' | 'changed'> {
  const before = new Map(readPolicy(first)?.rules.map(rule => [rule.name, JSON.stringify(rule)]));
  const found = new Map<string, 'added' | 'changed'>();
  for (const rule of readPolicy(second)?.rules ?? []) {
    const was = before.get(rule.name);
    if (was !== JSON.stringify(rule)) found.set(rule.name, was === undefined ? 'added' : 'changed');
  }
  return found;
}

/** A draft as it is written: by its thresholds, or as text. Both are the same text. */
export function Editor({
  from,
  before,
  text: first,
  note,
}: {
  from: string;
  before: string;
  text: string;
  note: string;
}) {
  const queries = useQueryClient();
  const [text, setText] = useState(first);
  const [rested] = useDebouncedValue(text, 400);
  const check = useQuery({
    queryKey: ['policy-check', rested],
    queryFn: () =>
      ask<{ usable: boolean; problems: PolicyProblem[] }>('/v1/policies/check', {
        method: 'POST',
        body: { text: rested || ' ' },
      }),
    staleTime: 60_000,
    gcTime: 0,
    placeholderData: before => before,
  });
  const save = useMutation({
    mutationFn: (note: string) => ask<Version>('/v1/policies', { method: 'POST', body: { text, note } }),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['policies'] });
      window.location.hash = linkTo('policies', id);
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    save.mutate(String(new FormData(event.currentTarget).get('note')).trim());
  };
  const written = readPolicy(text);
  // What it was opened with: a list that is sorted anew at each number typed would jump.
  const changed = useMemo(() => changesOf(before, first), [before, first]);
  const problems = check.data?.problems ?? [];
  const checking = text !== rested || check.isFetching;
  return (
    <>
      <p>
        <a href={linkTo('policies')}>{words.back}</a>
      </p>
      <Head title={said.title} hint={said.from(from)} />
      <form className={styles.save} onSubmit={submit} aria-label={said.save}>
        <TextInput
          className={styles.why ?? ''}
          label={said.note}
          name="note"
          defaultValue={note}
          required
          maxLength={500}
        />
        <Button type="submit" loading={save.isPending} disabled={!checking && problems.length > 0}>
          {said.save}
        </Button>
        <p role="status" className={problems.length > 0 ? table.bad : table.dim}>
          {checking ? said.checking : problems.length > 0 ? said.problems(problems.length) : said.good}
        </p>
      </form>
      <Problem of={check.error ?? save.error} />
      <div className={`${styles.editing} ${styles.part}`}>
        <section aria-label={said.form}>
          <h2>{said.form}</h2>
          {written ? (
            <RuleList
              of={written}
              changed={changed}
              edit={(path, value) => setText(before => setNumber(before, path, value))}
            />
          ) : (
            <p className={table.dim}>{said.unread}</p>
          )}
        </section>
        <section aria-label={said.text}>
          <h2>{said.text}</h2>
          <TextField value={text} onChange={setText} problems={problems} />
        </section>
      </div>
    </>
  );
}
