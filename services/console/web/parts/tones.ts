import type { ShownAction } from '../../api/live/frame.js';
import type { Standing } from '../../api/standing.js';
import type { OutcomeName } from '../strings.js';
import type { Tone } from './Badge.js';

export const toneOfAction: Record<ShownAction, Tone> = {
  remove: 'info',
  withhold: 'info',
  review: 'info',
  allow: 'mute',
};

export const toneOfOutcome: Record<OutcomeName, Tone> = {
  gone: 'good',
  removing: 'info',
  escalated: 'bad',
  'not-found': 'mute',
  claimed: 'warn',
  restoring: 'info',
  restored: 'good',
  waiting: 'info',
  kept: 'mute',
};

export const toneOfState: Record<Standing['state'], Tone> = {
  received: 'info',
  'not assessed': 'mute',
  allowed: 'mute',
  'in review': 'info',
  removing: 'info',
  gone: 'good',
  'not-found': 'mute',
  claimed: 'warn',
  restoring: 'info',
  restored: 'good',
};
