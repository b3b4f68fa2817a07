// Commits events, a few at a time, and says which are committed, until it is killed. Argument: JSON of a Place.
import { writeSync } from 'node:fs';
import { realTime } from '../../../services/runtime/index.js';
import { createOutbox } from '../../../services/runtime/outbox/index.js';
import { event, outgoing, silent } from '../parts.js';
import { openPlace } from './installation.js';

const { db, bus } = await openPlace(JSON.parse(process.argv[2] ?? ''));
const outbox = createOutbox(db, bus, realTime, silent);
let n = 0;
async function publish(): Promise<void> {
  for (;;) {
    const names = Array.from({ length: 5 }, () => `${process.pid}-${n++}`);
    await outbox.commit([], outgoing('posts', ...names.map(name => event(name))));
    writeSync(1, `${names.join('\n')}\n`);
  }
}
await Promise.all(Array.from({ length: 8 }, publish));
