export { hashesAt, openedLine, parseCheckpoint, parseNote, tilePath, tilesOf } from '../log/index.js';
export { readKeys } from './keys.js';
export { CannotCheck, type Finding } from './outcome.js';
export { type Report, reportSchema } from './report.js';
export { type LogSource, readSmall, sourceOf } from './source.js';
export { type Asked, exitCode, type Given, type Progress, type Verified, verify } from './verify.js';
