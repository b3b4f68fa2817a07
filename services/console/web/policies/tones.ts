import type { Tone } from '../parts/Badge.js';
import type { State } from './types.js';

export const toneOfVersion: Readonly<Record<State, Tone>> = {
  draft: 'mute',
  shadow: 'info',
  canary: 'warn',
  live: 'good',
  retired: 'mute',
};
