import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useRef, useState } from 'react';
import { ask } from '../api.js';
import styles from '../policies/Policies.module.css';
import { inMine } from '../words/pick.js';
import { policies } from '../words/policies.js';
import { Problem } from './Said.js';
import { Sure } from './Sure.js';
import table from './Table.module.css';

const words = inMine(policies).moves;

export interface Move {
  name: string;
  /** What the button is called where it stands among others of its name. */
  label?: string;
  path: string;
  body?: object;
  first?: boolean;
  /** Asked once more. */
  sure?: boolean;
}

/** Buttons for what one thing can become next; each move says why. */
export function Moves({
  title,
  hint,
  moves,
  onDone,
  children,
}: {
  title: string;
  hint?: string;
  moves: readonly Move[];
  onDone: () => void;
  children?: ReactNode;
}) {
  const [why, setWhy] = useState('');
  const [needed, setNeeded] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const make = useMutation({
    mutationFn: ({ path, body }: Move) =>
      ask<{ approval?: string } | undefined>(path, { method: 'POST', body: { ...body, why: why.trim() } }),
    onSuccess: () => {
      setWhy('');
      onDone();
    },
  });
  const go = (move: Move): void => {
    if (why.trim() === '') {
      setNeeded(true);
      field.current?.focus();
    } else make.mutate(move);
  };
  return (
    <section className={styles.moves} aria-label={title}>
      <h2>{title}</h2>
      {hint && <p className={table.dim}>{hint}</p>}
      <div className={styles.acts}>
        <TextInput
          ref={field}
          className={styles.why ?? ''}
          size="xs"
          name="why"
          label={words.why}
          value={why}
          maxLength={500}
          error={needed && why.trim() === '' ? words.needed : undefined}
          onChange={event => setWhy(event.currentTarget.value)}
        />
        {children}
        {moves.map(move =>
          move.sure ? (
            <Sure key={move.name} label={move.label ?? move.name} busy={make.isPending} onSure={() => go(move)}>
              {move.name}
            </Sure>
          ) : (
            <Button
              key={move.name}
              size="xs"
              variant={move.first ? 'filled' : 'default'}
              aria-label={move.label ?? move.name}
              disabled={make.isPending}
              onClick={() => go(move)}
            >
              {move.name}
            </Button>
          ),
        )}
      </div>
      <Problem of={make.error} />
      <p className={table.good} role="status">
        {make.isSuccess ? (make.data?.approval ? words.asked : words.done) : ''}
      </p>
    </section>
  );
}
