export { Live } from './live.js';
export { liveStream } from './stream.js';
