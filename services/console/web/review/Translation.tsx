import { useCallback, useState } from 'react';
import { ask, tellOf } from '../api.js';
import { language, strings } from '../strings.js';
import styles from './CaseView.module.css';
import { PostText } from './PostText.js';
import { pathOf } from './useQueue.js';

const words = strings.desk.translate;

interface Translated {
  id: string;
  text?: string;
  whole?: boolean;
  failed?: unknown;
}

/** What a machine makes of the text, once it is asked for: beside the original, never instead of it. */
export function useTranslation(id: string | undefined) {
  const [made, setMade] = useState<Translated>();
  const translate = useCallback(async (): Promise<void> => {
    if (!id) return;
    try {
      const body = { to: language };
      const answer = await ask<{ text: string; whole: boolean }>(pathOf(id, 'translation'), { method: 'POST', body });
      setMade({ id, ...answer });
    } catch (failed) {
      setMade({ id, failed });
    }
  }, [id]);
  return { made: made && made.id === id ? made : undefined, translate };
}

export function Translation({ made }: { made: Translated }) {
  if (made.text === undefined) return <p role="status">{words.failed(tellOf(made.failed))}</p>;
  return (
    <section className={styles.translated} aria-label={words.title}>
      <p className={styles.dim}>
        <strong>{words.title}.</strong> {words.hint} {made.whole ? '' : words.part}
      </p>
      <PostText text={made.text} spans={[]} />
    </section>
  );
}
