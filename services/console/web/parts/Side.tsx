import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { LiveFrame, ProbeFigures } from '../../api/live/frame.js';
import { replayDeadLetter } from '../api.js';
import { coarse, duration, timeOf } from '../format.js';
import { strings } from '../strings.js';
import { Badge } from './Badge.js';
import { Card } from './Card.js';
import styles from './Side.module.css';

function Route({ probe, now }: { probe: ProbeFigures; now: number }) {
  const words = strings.probe;
  const order = probe.route === 'order';
  const times: (readonly [string, number | undefined])[] = [
    [words.steps.received, probe.receivedAt],
    ...(order ? [] : ([[words.steps.assessed, probe.assessedAt]] as const)),
    [words.steps.called, probe.calledAt],
    [words.steps.gone, probe.goneAt],
    ...(order ? ([[words.steps.answered, probe.answeredAt]] as const) : []),
  ];
  const end = order ? probe.answeredAt : probe.goneAt;
  const done = order ? words.answered : words.gone;
  return (
    <>
      <p className={styles.line}>
        {end === undefined ? (
          <Badge tone="bad">{words.failed}</Badge>
        ) : (
          <Badge tone="good">{done(duration(end - probe.startedAt))}</Badge>
        )}
        <span className={styles.dim}>{words.ago(coarse(now - probe.startedAt))}</span>
      </p>
      {probe.error && <p className={styles.bad}>{probe.error}</p>}
      <ol className={styles.track}>
        {times.map(([name, at]) => (
          <li key={name} data-reached={at !== undefined}>
            <span>{at === undefined ? '–' : duration(at - probe.startedAt)}</span>
            {name}
          </li>
        ))}
      </ol>
    </>
  );
}

export function Probe({ frame: { probe, at } }: { frame: LiveFrame }) {
  const words = strings.probe;
  return (
    <Card title={words.title}>
      <p className={styles.dim}>{probe.on ? words.what(duration(probe.every)) : words.off}</p>
      {probe.routes.map(route => (
        <Route key={route.route} probe={route} now={at} />
      ))}
      {probe.on && probe.routes.length === 0 && <p className={styles.dim}>{words.waiting}</p>}
    </Card>
  );
}

export function Health({ frame: { problems, deadLetters } }: { frame: LiveFrame }) {
  const words = strings.health;
  const named = Object.entries(problems);
  return (
    <Card title={words.title} aside={named.length > 0 && <Badge tone="bad">{words.bad}</Badge>}>
      {named.length === 0 && <p className={styles.dim}>{words.good}</p>}
      {named.map(([name, problem]) => (
        <p key={name} className={styles.problem}>
          <strong>{name}</strong> {problem}
        </p>
      ))}
      {deadLetters.count === 0 ? (
        <p className={styles.dim}>{strings.deadLetters.none}</p>
      ) : (
        <DeadLetters letters={deadLetters} />
      )}
    </Card>
  );
}

function DeadLetters({ letters }: { letters: LiveFrame['deadLetters'] }) {
  const words = strings.deadLetters;
  const replay = useMutation({ mutationFn: replayDeadLetter });
  const shown = letters.newest.slice(0, 5);
  return (
    <div className={styles.letters}>
      <h3>
        {words.title} <Badge tone="warn">{letters.count}</Badge>
      </h3>
      <ul>
        {shown.map(letter => (
          <li key={letter.id}>
            <p>
              <strong>{letter.consumer}</strong> <span className={styles.dim}>{timeOf(letter.at)}</span>
            </p>
            <p className={styles.reason}>{letter.reason}</p>
            <Button
              size="compact-sm"
              variant="default"
              aria-label={words.replayOf(letter.id)}
              disabled={replay.isPending || (replay.isSuccess && replay.variables === letter.id)}
              onClick={() => replay.mutate(letter.id)}
            >
              {words.replay}
            </Button>
          </li>
        ))}
      </ul>
      {replay.isError && (
        <p className={styles.bad} role="alert">
          {words.failed}
        </p>
      )}
      {letters.count > shown.length && <p className={styles.dim}>{words.more(letters.count - shown.length)}</p>}
    </div>
  );
}
