import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Disagreement } from '../../api/quality-types.js';
import { ask } from '../api.js';
import { nameOfLanguage, shortOf } from '../format.js';
import { Problem } from '../parts/Said.js';
import table from '../parts/Table.module.css';
import { strings, told } from '../strings.js';
import { answerName } from './Lines.js';
import styles from './Quality.module.css';
import { Text } from './Text.js';

const words = strings.quality.disagreements;
const at = (id: string): string => `/console/api/quality/disagreements/${encodeURIComponent(id)}`;

function One({ it, writes }: { it: Disagreement; writes: boolean }) {
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const text = useQuery({ queryKey: ['disputed', it.id], queryFn: () => ask<{ text?: string }>(`${at(it.id)}/text`) });
  const settle = useMutation({
    mutationFn: (stands: 'first' | 'second') => ask(at(it.id), { method: 'POST', body: { stands, reason } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['quality'] }),
  });
  const name = `${it.platform} ${it.postId}`;
  return (
    <li className={styles.case}>
      <h2>
        {name}
        {it.language && `, ${nameOfLanguage(it.language)}`}
      </h2>
      <p className={table.dim}>
        {words.why}: <code>{it.rule}</code> {it.reasons.map(told).join('; ')}
      </p>
      <dl className={styles.two}>
        {(['first', 'second'] as const).map(which => (
          <div key={which}>
            <dt>
              {words[which]}: {it[which].by}, {shortOf(it[which].at)}
            </dt>
            <dd>{answerName(it[which].decision, it[which].category)}</dd>
          </div>
        ))}
      </dl>
      <div>
        <Text label={words.textOf(name)} text={text.data?.text}>
          {words.text}
        </Text>
      </div>
      <Problem of={settle.error} />
      {it.own && <p className={table.dim}>{words.own}</p>}
      {writes && !it.own && (
        <div className={styles.settle}>
          <TextInput
            label={words.reason}
            value={reason}
            maxLength={2_000}
            onChange={event => setReason(event.currentTarget.value)}
          />
          {(['first', 'second'] as const).map(which => (
            <Button
              key={which}
              variant="default"
              aria-label={words.standsOf(words.stands[which], name)}
              disabled={reason.trim() === ''}
              loading={settle.isPending}
              onClick={() => settle.mutate(which)}
            >
              {words.stands[which]}
            </Button>
          ))}
        </div>
      )}
    </li>
  );
}

/** Cases that two decided differently, for a lead who was neither. */
export function Disagreements({ writes }: { writes: boolean }) {
  const read = useQuery({
    queryKey: ['quality', 'disagreements'],
    queryFn: () => ask<{ disagreements: Disagreement[] }>('/console/api/quality/disagreements'),
    refetchInterval: 15_000,
  });
  const list = read.data?.disagreements ?? [];
  return (
    <>
      <p className={styles.hint}>{words.hint}</p>
      <Problem of={read.error} />
      {list.length === 0 ? (
        <p className={table.none}>{read.isPending ? strings.frame.loading : words.none}</p>
      ) : (
        <ul className={styles.cases}>
          {list.map(it => (
            <One key={it.id} it={it} writes={writes} />
          ))}
        </ul>
      )}
    </>
  );
}
