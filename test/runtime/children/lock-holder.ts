// Takes a data directory and keeps it until it is killed. Argument: the directory.
import { lockDirectory } from '../../../services/runtime/index.js';

lockDirectory(process.argv[2] ?? '');
console.log('ready');
setInterval(() => undefined, 1_000);
