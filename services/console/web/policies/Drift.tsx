import { Button, Checkbox } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { PostName } from '../App.js';
import { ask } from '../api.js';
import { dayOf, decimal, nameOfLanguage, rate } from '../format.js';
import { Badge } from '../parts/Badge.js';
import { Problem } from '../parts/Said.js';
import { Table } from '../parts/Table.js';
import table from '../parts/Table.module.css';
import { PostDrawer } from '../post/PostDrawer.js';
import { strings } from '../strings.js';
import { inMine } from '../words/pick.js';
import { tuning } from '../words/tuning.js';
import styles from './Policies.module.css';
import { words } from './sentence.js';
import type { Drifting } from './types.js';

const said = words.drift;
const look = inMine(tuning);

/** `platform/version/id`; an id may hold a slash. */
function postOf(name: string): PostName {
  const [platform = '', , ...id] = name.split('/');
  return { platform, id: id.join('/') };
}

/** Which scores are no longer spread as they were. */
export function Drift() {
  const [only, setOnly] = useState(true);
  const [open, setOpen] = useState<PostName>();
  const read = useQuery({
    queryKey: ['score-drifts'],
    queryFn: () => ask<{ series: Drifting[] }>('/v1/score-drifts'),
    refetchInterval: 60_000,
  });
  if (!read.data)
    return read.error ? <Problem of={read.error} /> : <p className={table.none}>{strings.frame.loading}</p>;
  const all = read.data.series;
  const rows = only ? all.filter(({ drifted }) => drifted) : all;
  const { columns } = said;
  return (
    <>
      <p className={styles.lead}>{said.hint}</p>
      {all.length === 0 ? (
        <p className={table.none}>{said.none}</p>
      ) : (
        <>
          <div className={styles.top}>
            <Checkbox
              size="xs"
              label={said.only}
              checked={only}
              onChange={event => setOnly(event.currentTarget.checked)}
            />
          </div>
          {rows.length === 0 ? (
            <p className={table.none}>{said.noneDrifted}</p>
          ) : (
            <Table label={words.views.drift}>
              <thead>
                <tr>
                  <th scope="col">{columns.score}</th>
                  <th scope="col">{columns.language}</th>
                  <th scope="col">{columns.day}</th>
                  <th scope="col">{columns.by}</th>
                  <th scope="col">{columns.examples}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map(it => (
                  <tr key={`${it.signal} ${it.label} ${it.language} ${it.day}`}>
                    <th scope="row">
                      {it.label} <span className={table.dim}>{it.signal}</span>
                    </th>
                    <td>{nameOfLanguage(it.language)}</td>
                    <td data-line>{dayOf(it.day)}</td>
                    <td>
                      <Badge tone={it.drifted ? 'warn' : 'mute'}>{it.drifted ? said.drifted : said.usual}</Badge>{' '}
                      {it.drifted && it.bound > 0 && said.times(rate(it.unusual / it.bound))}{' '}
                      <span className={table.dim}>{said.bits(decimal(it.divergence))}</span>
                    </td>
                    <td>
                      <span className={styles.chips}>
                        {it.examples.map(({ post, score }) => (
                          <Button
                            key={post}
                            size="compact-xs"
                            variant="default"
                            aria-label={`${said.look(postOf(post).id, decimal(score))}: ${look.look}`}
                            onClick={() => setOpen(postOf(post))}
                          >
                            {said.look(postOf(post).id, decimal(score))}
                          </Button>
                        ))}
                      </span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </Table>
          )}
        </>
      )}
      <PostDrawer post={open} onClose={() => setOpen(undefined)} />
    </>
  );
}
