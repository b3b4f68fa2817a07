import type { StandingStep } from '../../api/standing.js';
import { duration, instantOf } from '../format.js';
import { strings } from '../strings.js';
import { detailOf } from './looks.js';
import { Part } from './Part.js';
import styles from './Timeline.module.css';

const words = strings.post;
const good: readonly StandingStep['step'][] = ['gone', 'restored'];
const bad: readonly StandingStep['step'][] = ['escalated'];

/** Every step in its order, with the time since the post was received. */
export function Timeline({ steps, many }: { steps: readonly StandingStep[]; many: boolean }) {
  return (
    <Part title={words.timeline}>
      <ol className={styles.steps}>
        {steps.map((step, n) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: the order is what tells two of the same step apart.
            key={`${step.at}${step.step}${n}`}
            data-tone={good.includes(step.step) ? 'good' : bad.includes(step.step) ? 'bad' : undefined}
            data-minor={step.step === 'looked'}
          >
            <time dateTime={step.at} title={instantOf(step.at)} className={styles.after}>
              {step.after === undefined ? '' : `${step.after > 0 ? '+' : ''}${duration(step.after)}`}
            </time>
            <p>
              <span className={styles.name}>{words.steps[step.step]}</span>
              {many && step.version !== undefined && ` ${words.version(step.version)}`}
              {step.detail && <span className={styles.detail}>{detailOf(step)}</span>}
            </p>
          </li>
        ))}
      </ol>
    </Part>
  );
}
