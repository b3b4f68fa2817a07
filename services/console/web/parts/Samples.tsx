import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Samples as Standing } from '../../api/samples/index.js';
import { ask } from '../api.js';
import { number } from '../format.js';
import { strings } from '../strings.js';
import { Card } from './Card.js';
import { Problem } from './Said.js';
import { Sure } from './Sure.js';
import table from './Table.module.css';

const words = strings.samples;
const path = '/console/api/samples';
/** How many the server writes. */
const many = 20;

/** For operators: samples to see the screens with, offered while nothing has come in, and taken away again. */
export function Samples({ empty }: { empty: boolean }) {
  const queries = useQueryClient();
  const read = useQuery({ queryKey: ['samples'], queryFn: () => ask<Standing>(path) });
  const again = () => queries.invalidateQueries({ queryKey: ['samples'] });
  const add = useMutation({ mutationFn: () => ask(path, { method: 'POST', body: {} }), onSettled: again });
  const remove = useMutation({ mutationFn: () => ask(path, { method: 'DELETE' }), onSettled: again });
  const { possible = false, there = 0 } = read.data ?? {};
  const done = remove.isSuccess && there === 0;
  if (!possible || (there === 0 && !empty && !done && !add.isPending)) return null;
  return (
    <Card title={words.title}>
      {done ? (
        <p className={table.dim} role="status">
          {words.removed}
        </p>
      ) : (
        <p className={table.dim}>{there > 0 ? words.there(number(there)) : words.hint(many)}</p>
      )}
      <Problem of={add.error ?? remove.error} />
      {there > 0 ? (
        <Sure label={words.remove} busy={remove.isPending} onSure={() => remove.mutate()}>
          {words.remove}
        </Sure>
      ) : (
        !done && (
          <Button mt="xs" variant="default" loading={add.isPending} onClick={() => add.mutate()}>
            {words.add}
          </Button>
        )
      )}
      {add.isPending && (
        <p className={table.dim} role="status">
          {words.adding}
        </p>
      )}
    </Card>
  );
}
