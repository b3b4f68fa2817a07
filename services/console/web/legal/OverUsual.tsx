import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { shortOf } from '../format.js';
import type { Session } from '../session.js';
import { may } from '../session.js';
import * as authorities from '../words/authorities.js';
import * as over from '../words/over-usual.js';
import { inMine } from '../words/pick.js';
import { Acts } from './Acts.js';
import styles from './Legal.module.css';
import type { Listing } from './types.js';

const words = inMine(over);
const { act } = inMine(authorities);

/** Whose orders are far more than usual and wait until a person has said that they are right: above all else. */
export function OverUsual({ of, session }: { of: Listing['volume'] | undefined; session: Session }) {
  const queries = useQueryClient();
  const [told, setTold] = useState('');
  const anew = () => queries.invalidateQueries({ queryKey: ['orders'] });
  return (
    <>
      {told && (
        <p className={styles.status} role="status">
          {told}
        </p>
      )}
      {of?.map(({ authority, name, since, orders }) => (
        <section key={authority} className={styles.seal} role="alert" aria-label={words.title(name)}>
          <h2>{words.title(name)}</h2>
          <p>{words.what(orders, shortOf(since))}</p>
          <p>{words.first}</p>
          {may(session, 'orders:decide') && (
            <Acts
              acts={[
                {
                  ...{ key: authority, type: 'volume' as const, label: act.label, fields: [], first: true },
                  ...{ hint: `${name}. ${act.hint}`, sure: act.sure },
                  path: `/v1/authorities/${encodeURIComponent(authority)}/confirm`,
                  body: () => ({}),
                },
              ]}
              named={act.of(name)}
              order=""
              onDone={() => {
                setTold(words.done(name));
                void anew();
              }}
              onConflict={() => void anew()}
            />
          )}
        </section>
      ))}
    </>
  );
}
