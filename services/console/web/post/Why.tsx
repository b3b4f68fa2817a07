import type { Standing } from '../../api/standing.js';
import { decimal, duration, instantOf } from '../format.js';
import { Badge } from '../parts/Badge.js';
import { toneOfAction } from '../parts/tones.js';
import { strings, told } from '../strings.js';
import { nameOfLabel } from './labels.js';
import { nameOfGround, nameOfState } from './looks.js';
import { Part } from './Part.js';
import styles from './Why.module.css';

const words = strings.post;

type Version = Standing['versions'][number];

/** The rule that decided, and what it rests on. */
export function Why({ version }: { version: Version | undefined }) {
  const assessment = version?.assessment;
  if (!assessment) return null;
  const { action, rule, reasons, findings = [], scores, versions } = assessment;
  const highest = Object.entries(scores)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 5);
  const matches = findings.flatMap(({ entry }) => entry ?? []);
  return (
    <Part title={words.why}>
      <p className={styles.line}>
        <Badge tone={toneOfAction[action]}>{strings.actions[action]}</Badge>
        {words.rule} <code>{rule}</code>
      </p>
      {reasons && (
        <ul className={styles.reasons}>
          {reasons.map(reason => (
            <li key={reason}>{told(reason)}</li>
          ))}
        </ul>
      )}
      {matches.length > 0 && (
        <p className={styles.dim}>
          {words.matches}{' '}
          {matches.map(({ bank, id, confirmed }) => (
            <code key={id}>
              {bank}/{id} {confirmed ? words.confirmed : words.unconfirmed}{' '}
            </code>
          ))}
        </p>
      )}
      <table className={styles.scores}>
        <caption className="hidden-visually">{words.scores}</caption>
        <tbody>
          {highest.map(([name, score]) => (
            <Score key={name} name={name} score={score} />
          ))}
        </tbody>
      </table>
      <p className={styles.dim}>
        {words.policy} <code>{versions.policy}</code>
        {versions.model && (
          <>
            , {words.model} <code>{versions.model}</code>
          </>
        )}
      </p>
    </Part>
  );
}

function Score({ name, score }: { name: string; score: number }) {
  return (
    <tr>
      <th scope="row" title={name}>
        {nameOfLabel(name)}
      </th>
      <td aria-hidden="true">
        <span className={styles.bar}>
          <span style={{ width: `${score * 100}%` }} />
        </span>
      </td>
      <td className="number">{decimal(score)}</td>
    </tr>
  );
}

export function Grounds({ standing: { grounds } }: { standing: Standing }) {
  if (grounds.length === 0) return null;
  return (
    <Part title={words.grounds}>
      <ul className={styles.list}>
        {grounds.map(ground => (
          <li key={`${ground.kind}${ground.ref}`} data-over={ground.liftedAt !== undefined}>
            {nameOfGround(ground.kind)} <code>{ground.ref}</code>
            <span className={styles.dim}>
              {instantOf(ground.addedAt)}
              {ground.liftedBy && `, ${words.lifted(ground.liftedBy)}`}
            </span>
          </li>
        ))}
      </ul>
    </Part>
  );
}

export function Cases({ standing: { cases } }: { standing: Standing }) {
  if (cases.length === 0) return null;
  return (
    <Part title={words.cases}>
      <ul className={styles.list}>
        {cases.map(row => (
          <li key={row.id}>
            {row.rule}:{' '}
            {row.decision
              ? `${strings.decisions[row.decision as keyof typeof strings.decisions] ?? row.decision} (${row.decidedBy})`
              : nameOfState(row.state)}
            <span className={styles.dim}>
              {instantOf(row.openedAt)}
              {row.note && `, ${row.note}`}
            </span>
          </li>
        ))}
      </ul>
    </Part>
  );
}

export function Clocks({ standing: { clocks } }: { standing: Standing }) {
  if (clocks.length === 0) return null;
  return (
    <Part title={words.clocks}>
      <ul className={styles.list}>
        {clocks.map(clock => (
          <li key={clock.id}>
            {clock.obligation}: {words.clockStates[clock.state]}
            {clock.seconds !== undefined && `, ${duration(clock.seconds * 1_000)}`}
            {clock.dueAt && <span className={styles.dim}>{words.due(instantOf(clock.dueAt))}</span>}
          </li>
        ))}
      </ul>
    </Part>
  );
}
