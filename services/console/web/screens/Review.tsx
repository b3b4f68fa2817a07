import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Claimed } from '../../api/review-types.js';
import { tellOf } from '../api.js';
import { duration, nameOfLanguage, number, timeOf } from '../format.js';
import { ToldNow } from '../quality/ToldNow.js';
import { CaseView } from '../review/CaseView.js';
import { useNow } from '../review/Countdown.js';
import { CaseDialog, type DialogName } from '../review/Dialogs.js';
import { categories, useDesk } from '../review/desk.js';
import { Opted } from '../review/Opted.js';
import { breakChoices, byName, keepChoices, keepSeen, readChoices, readSeen } from '../review/store.js';
import { Translation, useTranslation } from '../review/Translation.js';
import { type Held, type Made, type Notice, useQueue } from '../review/useQueue.js';
import type { ScreenProps } from '../screens.js';
import { strings } from '../strings.js';
import styles from './Review.module.css';

const words = strings.review;

const more = strings.desk;

/** Keys that open a form. */
const dialogs: Readonly<Record<string, DialogName>> = {
  e: 'escalate',
  t: 'threat',
  h: 'handOver',
  c: 'comment',
  b: 'alike',
};

const said = (notice: Notice | undefined): string => {
  if (notice === undefined) return '';
  if (typeof notice === 'string') return words[notice];
  return 'said' in notice ? notice.said : words.refused(tellOf(notice.refused));
};

export default function Review({ session }: ScreenProps) {
  const person = session.person ?? '';
  const [choices, setChoices] = useState(() => readChoices(person));
  const [seen, setSeen] = useState(() => readSeen(person));
  const [resting, setResting] = useState(false);
  const [choosing, setChoosing] = useState<Made['decision']>();
  const [note, setNote] = useState('');
  const [dialog, setDialog] = useState<DialogName>();
  const desk = useDesk();
  // The server knows it at the first claim; only another choice asks anew.
  const optedFirst = useRef<string>(undefined);
  const opted = desk?.opted.join();
  optedFirst.current ??= opted;
  const queue = useQueue(choices, resting, opted === optedFirst.current ? '' : `now ${opted}`);
  const [current] = queue.cases ?? [];
  const noteField = useRef<HTMLInputElement>(null);
  const { made, translate } = useTranslation(current?.id);

  const change = (part: Partial<typeof choices>): void => {
    const next = { ...choices, ...part };
    setChoices(next);
    keepChoices(person, next);
  };

  const shown = useRef<string>(undefined);
  useEffect(() => {
    if (current && shown.current === current.id) return;
    setChoosing(undefined);
    setNote('');
    // A form is about the case that it was opened on.
    setDialog(undefined);
    shown.current = current?.id;
    if (!current) return;
    queue.look(current.id);
    const before = readSeen(person);
    const next = { ...before, sinceBreak: before.sinceBreak + 1 };
    keepSeen(person, next);
    setSeen(next);
  }, [current, person, queue.look]);

  const restart = (rests: boolean): void => {
    const next = { ...readSeen(person), sinceBreak: 0 };
    keepSeen(person, next);
    setSeen(next);
    setResting(rests);
    shown.current = undefined;
  };

  const choose = useCallback(
    (n: number): void => {
      const category = choosing && categories[choosing][n];
      if (!choosing || !category) return;
      setChoosing(undefined);
      void queue.decide({ decision: choosing, category, note: note.trim() });
    },
    [choosing, note, queue.decide],
  );

  const act = useCallback(
    (key: string): boolean => {
      if (key === 'z') {
        void queue.undo();
        return true;
      }
      if (!current || resting) return false;
      if (key === 'r' || key === 'k') setChoosing(key === 'r' ? 'remove' : 'keep');
      else if (key === 's') void queue.skip();
      else if (key === 'l' && desk?.translates) void translate();
      else if (dialogs[key] && (key !== 'b' || current.alike.same + current.alike.near > 0)) setDialog(dialogs[key]);
      else if (key === 'n') noteField.current?.focus();
      else if (key === 'Escape' && choosing) setChoosing(undefined);
      else if (choosing && /^[1-9]$/.test(key)) choose(Number(key) - 1);
      else return false;
      return true;
    },
    [current, resting, choosing, choose, queue.undo, queue.skip, desk?.translates, translate],
  );

  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const { target, ctrlKey, metaKey, altKey, key, repeat } = event;
      if (ctrlKey || metaKey || altKey || repeat || document.querySelector('[role="dialog"]')) return;
      const field = target instanceof Element && target.closest('input:not([type="checkbox"]), textarea, select');
      if (field) {
        if (key === 'Escape' || key === 'Enter') toCase(field);
        return;
      }
      if (!choices.singleKeys && key !== 'Escape') return;
      if (act(key.length === 1 ? key.toLowerCase() : key)) event.preventDefault();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [act, choices.singleKeys]);

  // What was chosen from is gone: the keys, and whoever listens, are at the case again.
  useEffect(() => {
    if (!choosing && document.activeElement === document.body) toCase();
  }, [choosing]);

  const counts = queue.counts;
  const suggests = !resting && seen.sinceBreak > choices.breakAfter;
  return (
    <div className={styles.review}>
      <div className={styles.head}>
        <h1>{words.title}</h1>
        {counts && (
          <p className={styles.counts}>
            {words.summary(number(counts.open), number(counts.claimed))}
            {counts.oldest !== undefined && <Oldest at={counts.oldest} />}
          </p>
        )}
        {queue.standing && (
          <p className={styles.counts}>{words.mine(number(queue.standing.today + queue.notTold()))}</p>
        )}
        <ToldNow />
        <details className={styles.settings}>
          <summary>{words.settings}</summary>
          <div>
            <NativeSelect
              size="xs"
              label={words.languages}
              value={choices.languages[0] ?? '*'}
              onChange={event =>
                change({ languages: event.currentTarget.value === '*' ? [] : [event.currentTarget.value] })
              }
              data={[
                { value: '*', label: words.allLanguages },
                ...[...new Set([...(counts?.languages.map(({ language }) => language) ?? []), ...choices.languages])]
                  .map(value => ({ value, label: value === '' ? words.noLanguage : nameOfLanguage(value) }))
                  .sort((a, b) => byName(a.label, b.label)),
              ]}
            />
            <NativeSelect
              size="xs"
              label={words.breakAfter}
              value={String(choices.breakAfter)}
              onChange={event => change({ breakAfter: Number(event.currentTarget.value) })}
              data={breakChoices.map(n => ({ value: String(n), label: words.breakOptions(n) }))}
            />
            <Opted />
            <Checkbox
              size="xs"
              label={words.keysOn}
              description={`${words.shortcuts}. ${more.shortcuts}`}
              checked={choices.singleKeys}
              onChange={event => change({ singleKeys: event.currentTarget.checked })}
            />
          </div>
        </details>
      </div>

      {suggests && (
        <section className={styles.break} aria-labelledby="break">
          <h2 id="break">{words.breakTitle}</h2>
          <p>{words.breakText(number(seen.sinceBreak))}</p>
          <Button size="compact-md" onClick={() => restart(true)}>
            {words.breakTake}
          </Button>
          <Button size="compact-md" variant="default" onClick={() => restart(false)}>
            {words.breakLater}
          </Button>
        </section>
      )}
      {resting ? (
        <div className={styles.nothing}>
          <p>{words.breakOn}</p>
          <Button onClick={() => setResting(false)}>{words.breakOver}</Button>
        </div>
      ) : current ? (
        <CaseView
          key={current.id}
          it={current}
          person={person}
          translated={made && <Translation made={made} />}
          onAlike={() => setDialog('alike')}
        />
      ) : queue.standing?.until ? (
        <Limit standing={queue.standing} />
      ) : queue.cases && counts ? (
        <div className={styles.nothing}>
          <p>{words.empty}</p>
          <p className={styles.dim}>{counts.open > 0 ? words.emptyOthers(number(counts.open)) : words.emptyHint}</p>
        </div>
      ) : (
        <p className={styles.nothing}>{strings.frame.loading}</p>
      )}

      <div className={styles.foot}>
        <p className={styles.notice} role="status">
          {said(queue.notice)}
        </p>
        {queue.held.length > 0 && <Undo held={queue.held} onUndo={() => void queue.undo()} />}
        {current && !resting && (
          <div className={styles.bar}>
            {choosing ? (
              <fieldset className={styles.choices}>
                <legend>{choosing === 'remove' ? words.whyRemove : words.whyKeep}</legend>
                {categories[choosing].map((name, n) => (
                  <Button
                    key={name}
                    variant="default"
                    autoFocus={n === 0}
                    aria-keyshortcuts={`${n + 1}`}
                    onClick={() => choose(n)}
                  >
                    <kbd>{n + 1}</kbd> {words.categories[name]}
                  </Button>
                ))}
                <Button variant="default" onClick={() => setChoosing(undefined)}>
                  <kbd>Esc</kbd> {words.back}
                </Button>
              </fieldset>
            ) : (
              <>
                <Button className={styles.remove} aria-keyshortcuts="r" onClick={() => setChoosing('remove')}>
                  <kbd>R</kbd> {words.remove}
                </Button>
                <Button variant="default" aria-keyshortcuts="k" onClick={() => setChoosing('keep')}>
                  <kbd>K</kbd> {words.keep}
                </Button>
                <Button variant="default" aria-keyshortcuts="s" onClick={() => void queue.skip()}>
                  <kbd>S</kbd> {words.skip}
                </Button>
                <span className={styles.further}>
                  {(['escalate', 'threat', 'handOver', 'comment'] as const).map(name => (
                    <Button
                      key={name}
                      size="compact-sm"
                      variant="default"
                      aria-keyshortcuts={keyOf(name)}
                      aria-haspopup="dialog"
                      onClick={() => setDialog(name)}
                    >
                      <kbd>{keyOf(name).toUpperCase()}</kbd> {more.keys[name]}
                    </Button>
                  ))}
                  {desk?.translates && (
                    <Button size="compact-sm" variant="default" aria-keyshortcuts="l" onClick={() => void translate()}>
                      <kbd>L</kbd> {more.translate.key}
                    </Button>
                  )}
                </span>
              </>
            )}
            <TextInput
              className={styles.note}
              ref={noteField}
              size="sm"
              aria-label={words.noteLabel}
              placeholder={`N  ${words.noteLabel}`}
              value={note}
              maxLength={2_000}
              onChange={event => setNote(event.currentTarget.value)}
            />
          </div>
        )}
      </div>
      {current && (
        <CaseDialog
          key={`dialog ${current.id}`}
          name={dialog}
          it={current}
          queue={queue}
          desk={desk}
          onClose={() => setDialog(undefined)}
        />
      )}
    </div>
  );
}

/** The keys go to the case; without one they leave the field that they were in. */
function toCase(from?: Element): void {
  const heading = document.getElementById('case');
  if (heading) heading.focus({ preventScroll: true });
  else if (from instanceof HTMLElement) from.blur();
}

const keyOf = (name: DialogName): string => Object.keys(dialogs).find(key => dialogs[key] === name) ?? '';

/** In place of a case, where as many were seen as an hour takes. */
function Limit({ standing: { hour, perHour, until } }: { standing: Claimed['seen'] }) {
  return (
    <div className={styles.nothing}>
      <h2>{more.limit.title}</h2>
      <p>{more.limit.text(number(hour), number(perHour))}</p>
      {until && <p className={styles.dim}>{more.limit.until(timeOf(until))}</p>}
    </div>
  );
}

function Oldest({ at }: { at: number }) {
  const now = useNow(10_000);
  const age = Math.max(0, now - at);
  return (
    <>
      ,{' '}
      {words.oldest(
        duration(age < 60_000 ? Math.floor(age / 1_000) * 1_000 || 1_000 : Math.floor(age / 60_000) * 60_000),
      )}
    </>
  );
}

function Undo({ held, onUndo }: { held: readonly Held[]; onUndo: () => void }) {
  const now = useNow(500);
  const last = held.at(-1);
  if (!last) return null;
  return (
    <div className={styles.undo}>
      <p>
        <strong>{last.decision === 'remove' ? words.removed : words.kept}</strong>{' '}
        {words.categories[last.category as keyof typeof words.categories]}{' '}
        {last.cases ? more.alike.done(number(last.cases.length)) : <code>{last.of.postId}</code>}
        <span>{words.canUndo(String(Math.max(0, Math.ceil((last.actsAt - now) / 1_000))))}</span>
      </p>
      <Button size="compact-sm" variant="default" aria-keyshortcuts="z" onClick={onUndo}>
        <kbd>Z</kbd> {words.undo}
      </Button>
    </div>
  );
}
