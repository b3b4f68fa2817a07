import { useState } from 'react';
import type { LiveFrame, LiveItem } from '../../api/live/frame.js';
import type { PostName } from '../App.js';
import { duration, timeOf } from '../format.js';
import { outcomeOf, strings } from '../strings.js';
import { Badge } from './Badge.js';
import { Card } from './Card.js';
import { Choice } from './Choice.js';
import styles from './Posts.module.css';
import { toneOfAction, toneOfOutcome } from './tones.js';

const words = strings.posts;

/** Milliseconds from receipt to assessment, and to gone. */
const timesOf = ({ receivedAt, assessedAt, removal }: LiveItem) => ({
  assessed: assessedAt === undefined ? undefined : assessedAt - receivedAt,
  gone: removal?.state === 'gone' && removal.endedAt ? removal.endedAt - receivedAt : undefined,
});

/** The time that fills a track: what takes far longer than usual (a person's decision, say) does not make all others dots. */
function scaleOf(items: readonly LiveItem[]): number {
  const longest = items.map(item => timesOf(item).gone ?? timesOf(item).assessed ?? 0).sort((a, b) => a - b);
  const usual = longest[Math.floor(longest.length * 0.9)] ?? 0;
  return Math.max(20, Math.min(longest.at(-1) ?? 0, usual * 2));
}

function Assessment({ item }: { item: LiveItem }) {
  if (item.action) return <Badge tone={toneOfAction[item.action]}>{strings.actions[item.action]}</Badge>;
  const { unassessed } = strings;
  return <Badge tone="mute">{item.flags.includes('not-public') ? unassessed.private : unassessed.waiting}</Badge>;
}

function Track({ item, scale }: { item: LiveItem; scale: number }) {
  const { assessed = 0, gone } = timesOf(item);
  const whole = Math.max(assessed, gone ?? 0);
  if (whole === 0) return null;
  const width = Math.min(100, (whole / scale) * 100);
  return (
    <span className={styles.track} aria-hidden="true">
      {gone !== undefined && <span data-part="gone" style={{ width: `${width}%` }} />}
      <span data-part="assessed" style={{ width: `${(assessed / whole) * width}%` }} />
    </span>
  );
}

/** The end tells one id from another: most begin with the time. */
const shortOf = (id: string): string => (id.length > 14 ? `${id.slice(0, 3)}…${id.slice(-7)}` : id);

function Row({ item, scale, onOpen }: { item: LiveItem; scale: number; onOpen: (post: PostName) => void }) {
  const { platform, id, version, receivedAt, rule } = item;
  const { assessed, gone } = timesOf(item);
  const outcome = outcomeOf(item);
  return (
    <tr>
      <td className={`${styles.time} number`}>
        <time dateTime={new Date(receivedAt).toISOString()}>{timeOf(receivedAt)}</time>
      </td>
      <td className={styles.post}>
        <button
          type="button"
          title={id}
          aria-label={`${shortOf(id)}: ${words.open(platform, id)}`}
          onClick={() => onOpen({ platform, id })}
        >
          <code>{shortOf(id)}</code>
        </button>
        <span className={styles.platform}>
          {platform}
          {version > 1 && `, ${words.version(version)}`}
        </span>
      </td>
      <td className={styles.action} title={rule}>
        <Assessment item={item} />
        <span className={styles.rule}>{rule}</span>
      </td>
      <td className={styles.outcome}>
        {outcome ? (
          <Badge tone={toneOfOutcome[outcome]}>{strings.outcomes[outcome]}</Badge>
        ) : (
          <span className={styles.narrow}>
            <Assessment item={item} />
          </span>
        )}
      </td>
      <td className={`${styles.ms} ${styles.wide}`}>{assessed === undefined ? '' : duration(assessed)}</td>
      <td className={`${styles.ms} ${styles.gone}`}>{gone === undefined ? '' : duration(gone)}</td>
      <td className={styles.wide}>
        <Track item={item} scale={scale} />
      </td>
    </tr>
  );
}

export function Posts({ frame, onOpen }: { frame: LiveFrame; onOpen: (post: PostName) => void }) {
  const [filter, setFilter] = useState<'items' | 'acted'>('items');
  const items = frame[filter];
  const scale = scaleOf(items);
  const { columns } = words;
  return (
    <Card
      title={words.title}
      aside={
        <Choice
          label={words.filter}
          value={filter}
          onChange={setFilter}
          options={[
            ['items', words.all],
            ['acted', words.acted],
          ]}
        />
      }
    >
      {items.length === 0 ? (
        <p className={styles.none}>{filter === 'acted' ? words.noneActed : words.none}</p>
      ) : (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col" className={styles.time}>
                {columns.time}
              </th>
              <th scope="col" className={styles.post}>
                {columns.post}
              </th>
              <th scope="col" className={styles.action}>
                {columns.action}
              </th>
              <th scope="col" className={styles.outcome}>
                {columns.outcome}
              </th>
              <th scope="col" className={`${styles.ms} ${styles.wide}`}>
                {columns.assessed}
              </th>
              <th scope="col" className={`${styles.ms} ${styles.gone}`}>
                {columns.after}
              </th>
              <th scope="col" className={`${styles.drawn} ${styles.wide}`}>
                <span className="hidden-visually">{columns.track}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map(item => (
              <Row key={`${item.platform}/${item.version}/${item.id}`} item={item} scale={scale} onOpen={onOpen} />
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}
