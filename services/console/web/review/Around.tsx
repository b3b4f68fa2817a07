import { Button } from '@mantine/core';
import type { ReviewCase } from '../../api/review-types.js';
import { instantOf, number, percent, shortOf } from '../format.js';
import { Badge } from '../parts/Badge.js';
import { Part } from '../post/Part.js';
import { strings } from '../strings.js';
import styles from './CaseView.module.css';
import { PostText } from './PostText.js';

const words = strings.desk;

/** Posts around it, closed until they are asked for: they are part of why it means what it means. */
export function Thread({ title, posts }: { title: string; posts: ReviewCase['before'] }) {
  if (posts.length === 0) return null;
  return (
    <details className={styles.before}>
      <summary>{title}</summary>
      {posts.map(({ author, text, whole }, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they have no other name here than their place.
        <div key={`${author}${n}`} className={styles.around}>
          <PostText text={text + (whole ? '' : ' …')} spans={[]} />
        </div>
      ))}
    </details>
  );
}

/** How it came to this person, where it is not simply the next. */
export function Lane({ it: { lane }, person }: { it: ReviewCase; person: string }) {
  if (!lane) return null;
  const told = words.lane;
  const what =
    lane.person === undefined
      ? lane.name === 'lead' || lane.name === undefined
        ? told.lead(lane.by)
        : told.skill(lane.name, lane.by)
      : lane.person === person
        ? told.person(lane.by)
        : told.other(lane.person, lane.by);
  return (
    <p>
      <Badge tone="info">{what}</Badge>
    </p>
  );
}

/** What colleagues said of it. */
export function Notes({ notes }: Pick<ReviewCase, 'notes'>) {
  if (notes.length === 0) return null;
  return (
    <Part title={words.notes.title}>
      <ul className={styles.notes}>
        {notes.map(({ kind, text, by, at, to }) => (
          <li key={`${at}${by}${kind}`}>
            <span className={styles.dim} title={instantOf(at)}>
              <strong>{by}</strong> {words.notes.said[kind]}
              {to && kind === 'handed' && ` ${words.notes.to(to === 'lead' ? words.notes.lead : to)}`}, {shortOf(at)}
            </span>
            <p>{text}</p>
          </li>
        ))}
      </ul>
    </Part>
  );
}

/** How many others wait with this text. */
export function Alike({
  alike: { same, near, most, mostNear },
  onOpen,
}: Pick<ReviewCase, 'alike'> & { onOpen: () => void }) {
  if (same + near === 0) return null;
  return (
    <Part title={words.alike.title}>
      <p className={styles.told}>
        {words.alike.line(`${number(same)}${most ? '+' : ''}`, `${number(near)}${mostNear ? '+' : ''}`)}
      </p>
      <Button size="compact-sm" variant="default" aria-keyshortcuts="b" onClick={onOpen}>
        <kbd className={styles.key}>B</kbd> {words.alike.open}
      </Button>
    </Part>
  );
}

/** What was decided of the same text, or nearly the same. */
export function Earlier({ earlier: { removed, kept, latest } }: Pick<ReviewCase, 'earlier'>) {
  const told = words.earlier;
  return (
    <Part title={told.title}>
      {latest.length === 0 ? (
        <p className={styles.dim}>{told.none}</p>
      ) : (
        <>
          <p className={styles.told}>{told.counts(number(removed), number(kept))}</p>
          <ul className={styles.latest}>
            {latest.map(({ postId, decision, category, by, at, shared }) => (
              <li key={`${postId}${at}`}>
                <Badge tone="mute">{strings.decisions[decision as keyof typeof strings.decisions] ?? decision}</Badge>{' '}
                {category && strings.review.categories[category as keyof typeof strings.review.categories]}{' '}
                <span className={styles.dim}>
                  {shared === 1 ? told.same : told.near(percent(shared))}, {told.by(by)}, {shortOf(at)}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Part>
  );
}
