import { Badge, type Tone } from '../parts/Badge.js';
import styles from './Legal.module.css';
import { words } from './time.js';
import type { Instrument, Phase } from './types.js';

const tones: Record<Phase, Tone> = {
  deciding: 'warn',
  impossible: 'mute',
  unclear: 'mute',
  executing: 'info',
  executed: 'good',
  'nothing-there': 'mute',
  refused: 'mute',
  lifted: 'info',
  ended: 'mute',
};

/** Which of the two it is: never by colour alone. */
export const InstrumentTag = ({ of }: { of: Instrument }) => (
  <span className={styles.tag} data-of={of}>
    {words.instrument[of]}
  </span>
);
export const SealTag = () => (
  <span className={styles.tag} data-of="seal">
    {words.sealed}
  </span>
);
export const PhaseBadge = ({ of }: { of: Phase }) => <Badge tone={tones[of]}>{words.phases[of]}</Badge>;
