export { type Judgement, judge, type Look, type LookVerdict, seen } from './judge.js';
export { type LookDeps, look } from './look.js';
export { type Looker, startLooker } from './looker.js';
