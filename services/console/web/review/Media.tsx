import { Button } from '@mantine/core';
import { useState } from 'react';
import { Part } from '../post/Part.js';
import { strings } from '../strings.js';
import styles from './Media.module.css';

const words = strings.review;
type Kind = { type: string; readable: boolean };

function One({ id, n, type, readable }: { id: string; n: number } & Kind) {
  const [stage, setStage] = useState<'hidden' | 'blurred' | 'clear' | 'failed'>('hidden');
  const picture = readable && /^image\b/i.test(type);
  if (!picture || stage === 'failed')
    return (
      <li className={styles.none}>
        {type}: {words.mediaNone}
      </li>
    );
  if (stage === 'hidden')
    return (
      <li>
        <Button size="compact-sm" variant="default" onClick={() => setStage('blurred')}>
          {words.mediaShow(n, type)}
        </Button>
      </li>
    );
  return (
    // What is left is blurred again.
    <li onMouseLeave={() => setStage('blurred')}>
      <img
        className={styles.picture}
        data-blurred={stage === 'blurred'}
        src={`/console/api/review/${encodeURIComponent(id)}/media/${n}`}
        alt={words.mediaAlt(n)}
        onError={() => setStage('failed')}
      />
      <Button size="compact-sm" variant="default" onClick={() => setStage(stage === 'clear' ? 'blurred' : 'clear')}>
        {stage === 'clear' ? words.mediaBlur : words.mediaClear}
      </Button>
    </li>
  );
}

/** Nothing is loaded until it is asked for; then it comes grey, and blurred until that is asked for too. */
export function Media({ id, media }: { id: string; media: readonly Kind[] }) {
  if (media.length === 0) return null;
  return (
    <Part title={words.media}>
      <p className={styles.hint}>{words.mediaHint}</p>
      <ul className={styles.media}>
        {media.map(({ type, readable }, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a post's media have no other name than their place.
          <One key={`${id}${n}`} id={id} n={n + 1} type={type} readable={readable} />
        ))}
      </ul>
    </Part>
  );
}
