import { number } from '../format.js';
import { strings } from '../strings.js';
import styles from './Spark.module.css';

const height = 30;

/** The last sixty seconds, a bar each: what came in, and before it what was seen gone. */
export function Spark({ received, gone }: { received: readonly number[]; gone: readonly number[] }) {
  const most = Math.max(...received, ...gone, 1);
  const tall = (n: number): number => (n === 0 ? 0 : Math.max(2, (n / most) * height));
  const label = strings.figures.receivedChart(number(Math.max(...received)));
  return (
    <svg
      className={styles.spark}
      viewBox={`0 0 240 ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      {received.map((n, second) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: each place is a second.
        <g key={second}>
          <rect className={styles.empty} x={second * 4} y={height - 1} width="3" height="1" />
          <rect className={styles.received} x={second * 4} y={height - tall(n)} width="3" height={tall(n)} />
          <rect
            className={styles.gone}
            x={second * 4}
            y={height - tall(gone[second] ?? 0)}
            width="3"
            height={tall(gone[second] ?? 0)}
          />
        </g>
      ))}
    </svg>
  );
}
