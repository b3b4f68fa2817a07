import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { PostName } from '../App.js';
import { instantOf, number, shortOf } from '../format.js';
import { Badge, type Tone } from '../parts/Badge.js';
import { Card } from '../parts/Card.js';
import table from '../parts/Table.module.css';
import { left } from '../review/Countdown.js';
import { linkTo } from '../router.js';
import { languages, strings } from '../strings.js';
import { type Act, actsOfForm, actsOfItem, actsOfScrutiny } from './acts.js';
import styles from './Legal.module.css';
import { nameOfState } from './Received.js';
import { written } from './seen.js';
import { articleOf, colon, useLegalNow, words } from './time.js';
import { inForce, type Shown } from './types.js';

type OfActs = (of: readonly Act[]) => ReactNode;

const tones: Record<string, Tone> = {
  unknown: 'info',
  'not-public': 'info',
  found: 'info',
  removing: 'info',
  gone: 'good',
  restoring: 'info',
};

const lackOf = (path: string): string => {
  const item = /^items\.(\d+)\.url$/.exec(path);
  return item ? words.findingUrl(String(Number(item[1]) + 1)) : (words.findings[path] ?? path);
};

/** Why it needs a person: what did not verify, and what the order lacks, with the article that asks for it. */
export function Doubts({ of: { doubts, findings } }: { of: Shown }) {
  if (doubts.length === 0 && findings.length === 0) return null;
  return (
    <Card title={words.doubtsTitle}>
      <ul className={styles.doubts}>
        {doubts.map(doubt => (
          <li key={doubt}>{words.doubts[doubt]}</li>
        ))}
      </ul>
      {findings.length > 0 && (
        <>
          <p style={{ marginTop: '0.5rem' }}>
            {words.lacks}
            {colon}
          </p>
          <ul className={styles.doubts}>
            {findings.map(({ path, message, article }) => (
              <li key={path + message} title={message}>
                {lackOf(path)} <span className={styles.dim}>{articleOf(article)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

/** Each item with what was found and seen, and what can be done about it. */
export function Items({ of, acts, onPost }: { of: Shown; acts: OfActs; onPost: (post: PostName) => void }) {
  return (
    <Card title={words.itemsTitle}>
      {of.items.map(item => {
        const { n, url, phase, target, goneAt, evidence, duplicateOf, claimed, moved } = item;
        return (
          <div key={n} className={styles.item}>
            <p className={styles.line}>
              <strong>{n}</strong>
              <Badge tone={tones[phase] ?? 'mute'}>{words.itemPhases[phase] ?? phase}</Badge>
              <code>{url}</code>
            </p>
            <p className={`${styles.line} ${styles.dim}`}>
              {target && (
                <span>
                  {target.platform} {target.postId}
                  {moved && `, ${words.moved}`}{' '}
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={words.showPostOf(n)}
                    onClick={() => onPost({ platform: target.platform, id: target.postId })}
                  >
                    {words.showPost}
                  </Button>
                </span>
              )}
              {goneAt && <span>{words.goneAt(instantOf(goneAt))}</span>}
              {evidence && (
                <span className={styles.words}>
                  {words.whatWasSeen}
                  {colon} {written(evidence)}
                </span>
              )}
            </p>
            {duplicateOf && (
              <p className={styles.dim}>
                {words.duplicate} <a href={linkTo('orders', duplicateOf)}>{duplicateOf.slice(0, 12)}</a>
              </p>
            )}
            {claimed && phase === 'removing' && <p className={styles.sure}>{words.claimed}</p>}
            {acts(actsOfItem(of, item))}
          </div>
        );
      })}
      {of.items.length === 0 && <p className={styles.dim}>{words.notSaid}</p>}
    </Card>
  );
}

/** Answering forms: whether a channel has taken them, and as files. */
export function Forms({ of, acts }: { of: Shown; acts: OfActs }) {
  const names = of.instrument === 'tco' ? words.formName : words.formNameDsa;
  const expected = of.instrument === 'tco' ? words.formsNone : words.formsNoneDsa;
  const noForms = of.phase === 'nothing-there' ? words.formsNothing : expected;
  return (
    <Card title={words.formsTitle}>
      {of.forms.length === 0 && <p className={styles.dim}>{noForms}</p>}
      {of.forms.map(form => (
        <div key={form.n} className={styles.item}>
          <p className={styles.line}>
            <strong>{names[form.form]}</strong>
          </p>
          <p className={styles.line}>
            {form.sentAt ? (
              <Badge tone="good">{words.sent(shortOf(form.sentAt))}</Badge>
            ) : form.waitsForDesk || form.attempts > 0 ? (
              <span className={styles.sure}>
                {form.waitsForDesk ? words.forYou : words.sendingAgain(number(form.attempts))}
              </span>
            ) : (
              <Badge tone="info">{words.sending}</Badge>
            )}
            <span className={styles.dim}>{words.made(shortOf(form.madeAt))}</span>
          </p>
          {form.receipt && (
            <p className={`${styles.dim} ${styles.words}`}>
              {words.receipt}
              {colon} {written(form.receipt)}
            </p>
          )}
          {form.error && !form.sentAt && <p className={`${styles.bad} ${styles.words}`}>{written(form.error)}</p>}
          <p className={styles.line}>
            <span className={styles.dim}>
              {words.pdf}
              {colon}
            </span>
            {Object.entries(languages).map(([code, language]) => (
              <a
                key={code}
                href={`/v1/removal-orders/${encodeURIComponent(of.id)}/forms/${form.n}.pdf?language=${code}`}
                aria-label={words.pdfOf(names[form.form], language)}
                download
              >
                {language}
              </a>
            ))}
          </p>
          {acts(actsOfForm(form))}
        </div>
      ))}
    </Card>
  );
}

/** The 48 hours of Article 4(4), and the court that is for the order itself. */
export function Scrutiny({ of, acts }: { of: Shown; acts: OfActs }) {
  const now = useLegalNow();
  const { scrutinyRequestDueAt: due, scrutiny, instrument, content, phase } = of;
  const rest = due === undefined ? 0 : Date.parse(due) - now;
  const { redress, issuingState } = content;
  return (
    <Card title={words.scrutinyTitle}>
      {due === undefined ? (
        <p className={styles.dim}>{words.scrutinyNot[instrument]}</p>
      ) : (
        <>
          {scrutiny === 'none' && inForce.includes(phase) && (
            <div className={styles.left} data-tone={rest < 0 ? 'over' : rest < 4 * 3600_000 ? 'short' : 'calm'}>
              <p className={styles.time}>{rest < 0 ? words.scrutinyOver : left(rest)}</p>
              <p>
                {words.scrutinyLimit}, {words.dueAt(shortOf(due))}
              </p>
            </div>
          )}
          <p>{words.scrutiny[scrutiny]}</p>
          {acts(actsOfScrutiny(of, now))}
        </>
      )}
      <p style={{ marginTop: '0.7rem' }}>
        <strong>{words.court}</strong>
      </p>
      <p>{words.courtText(issuingState ? ` (${nameOfState(issuingState)})` : '')}</p>
      {redress ? (
        <dl className={styles.facts} data-narrow>
          {(
            [
              [words.body, redress.body],
              [words.courtName, redress.court],
              [words.deadline, redress.deadline],
            ] as const
          ).map(
            ([name, value]) =>
              value && (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>
              ),
          )}
        </dl>
      ) : (
        <p className={styles.dim}>{words.redressNone}</p>
      )}
    </Card>
  );
}

export function Holds({ of: { holds } }: { of: Shown }) {
  if (holds.length === 0) return null;
  return (
    <Card title={words.holdsTitle}>
      {holds.map(({ turn, ground, explanation, by, at, endedAt, late }) => (
        <div key={turn} className={styles.item}>
          <p>
            <strong>{words.grounds[ground]}</strong>
          </p>
          <p className={styles.words}>{explanation}</p>
          <p className={styles.dim}>
            {by}, {shortOf(at)}
            {endedAt && `; ${words.holdEnded(shortOf(endedAt))}`}
            {late && `; ${words.holdLate}`}
          </p>
        </div>
      ))}
    </Card>
  );
}

export function CasesOf({ of: { cases } }: { of: Shown }) {
  if (cases.length === 0) return null;
  return (
    <Card title={words.casesTitle}>
      {cases.map(({ id, about, openedAt, dueAt, closedAt, closedBy }) => (
        <div key={id} className={styles.item}>
          <p>{words.cases[about] ?? about}</p>
          <p className={styles.dim}>
            {closedAt
              ? words.caseDone(closedBy ?? '', shortOf(closedAt))
              : [words.caseOpen, shortOf(openedAt), dueAt && words.dueAt(shortOf(dueAt))].filter(Boolean).join(', ')}
          </p>
        </div>
      ))}
    </Card>
  );
}

export function Files({ of: { id, files } }: { of: Shown }) {
  if (files.length === 0) return null;
  return (
    <Card title={words.filesTitle}>
      <p className={styles.dim}>{words.filesHint}</p>
      {files.map(({ id: file, name, bytes, sha256 }) => (
        <p key={file} className={styles.words}>
          <a href={`/v1/removal-orders/${encodeURIComponent(id)}/files/${encodeURIComponent(file)}`} download>
            {name}
          </a>{' '}
          <span className={styles.dim}>
            {number(Math.ceil(bytes / 1_024))} KB, SHA-256 {sha256.slice(0, 12)}…
          </span>
        </p>
      ))}
    </Card>
  );
}

/** What somebody said with an event, in their words. */
function saidWith(body: Record<string, unknown>): string {
  const { n, ground, target, until, infringes } = body;
  const words_ = ['note', 'explanation', 'reasons', 'receipt', 'evidence'].map(name => body[name]);
  const { platform, postId } = (target ?? {}) as { platform?: string; postId?: string };
  return [
    typeof n === 'number' ? words.item(n) : undefined,
    typeof ground === 'string' ? words.grounds[ground as keyof typeof words.grounds] : undefined,
    platform && `${platform} ${postId}`,
    typeof infringes === 'boolean' ? words.acts['scrutiny-decided'][infringes ? 'yes' : 'no'] : undefined,
    typeof until === 'number' ? shortOf(until) : undefined,
    ...words_.map(said => (typeof said === 'string' ? written(said) : said)),
  ]
    .filter(part => typeof part === 'string' && part !== '')
    .join('; ');
}

/** Who is no person. */
const ownParts = ['', 'orders', 'enforce'];

export function History({ of: { events } }: { of: Shown }) {
  const { columns } = words;
  return (
    <Card title={words.historyTitle}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached. */}
      <div className={table.wrap} tabIndex={0}>
        <table className={`${table.table} ${styles.history}`}>
          <thead>
            <tr>
              <th scope="col">{columns.at}</th>
              <th scope="col">{columns.what}</th>
              <th scope="col">{columns.who}</th>
              <th scope="col">{columns.words}</th>
            </tr>
          </thead>
          <tbody>
            {events.map(({ type, at, by, body }, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: what happened stays in its order.
              <tr key={i}>
                <td data-line>{instantOf(at)}</td>
                <th scope="row">{words.events[type] ?? type}</th>
                <td>{ownParts.includes(by) ? strings.name : by}</td>
                <td className={styles.words}>{saidWith(body)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
