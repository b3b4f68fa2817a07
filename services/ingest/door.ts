import { deadLetter, ok, type Runtime, type Stage } from '../runtime/index.js';
import { incomingPost } from './check.js';
import { planIntake } from './take.js';

/**
 * The second door: a Kafka topic (`<prefix>platform-posts`) into which a platform writes posts as `POST /v1/posts` takes them. What is not valid goes
 * to the dead letters, with the field's path.
 */
export const kafkaDoor = (runtime: Runtime): Stage<typeof incomingPost> => ({
  name: 'intake',
  topic: 'platform-posts',
  // A platform's own records have no CloudEvents type.
  accepts: { '': incomingPost },
  batch: runtime.config.INGEST_BATCH,
  async handle(inputs) {
    const { taken, writes, events } = await planIntake(
      runtime,
      inputs.map(input => input.data),
      { route: 'kafka' },
    );
    return { results: taken.map(one => ('receipt' in one ? ok : deadLetter(one.conflict))), writes, events };
  },
});
