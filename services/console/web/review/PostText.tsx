import { useMemo } from 'react';
import { strings } from '../strings.js';
import styles from './PostText.module.css';
import { piecesOf } from './pieces.js';

const words = strings.review;

/** A post's text as text: whatever it holds can neither run, reach out of its box, nor reorder what is around it. */
export function PostText({ text, spans }: { text: string; spans: readonly (readonly [number, number])[] }) {
  const pieces = useMemo(() => piecesOf(text, spans), [text, spans]);
  return (
    <div className={styles.text} dir="auto" data-long={text.length > 600}>
      {pieces.map((piece, n) => {
        const key = `${n}`;
        if (piece.sign)
          return (
            <span key={key} className={styles.sign} role="img" aria-label={words.hiddenSign(piece.sign)} dir="ltr">
              {piece.sign}
            </span>
          );
        if (piece.left)
          return (
            <span key={key} className={styles.sign} role="img" aria-label={words.hiddenMarks(piece.left)} dir="ltr">
              +{piece.left}
            </span>
          );
        if (piece.marked) return <mark key={key}>{piece.text}</mark>;
        return <span key={key}>{piece.text}</span>;
      })}
    </div>
  );
}
