import { Checkbox } from '@mantine/core';
import { useState } from 'react';
import { Problem } from '../parts/Said.js';
import { strings } from '../strings.js';
import { useDesk, useOpted } from './desk.js';

const words = strings.desk.opted;

/** The kinds that come to nobody who did not ask for them. */
export function Opted() {
  const desk = useDesk();
  const change = useOpted();
  const [failed, setFailed] = useState<unknown>();
  // As it was just chosen, until the server has said so too.
  const [chosen, setChosen] = useState<readonly string[]>();
  if (!desk) return null;
  const { sensitive } = desk;
  const opted = chosen ?? desk.opted;
  return (
    <>
      {sensitive.map(kind => (
        <Checkbox
          key={kind}
          size="xs"
          label={words.names[kind] ?? kind}
          description={words.hint}
          checked={opted.includes(kind)}
          onChange={event => {
            setFailed(undefined);
            const rest = opted.filter(one => one !== kind);
            const next = event.currentTarget.checked ? [...rest, kind] : rest;
            setChosen(next);
            change(next)
              .catch(setFailed)
              .finally(() => setChosen(undefined));
          }}
        />
      ))}
      <Problem of={failed} />
    </>
  );
}
