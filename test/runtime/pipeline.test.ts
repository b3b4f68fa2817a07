import { join } from 'node:path';
import {
  migrate,
  openEmbeddedBus,
  openKafkaBus,
  openPostgres,
  openSqlite,
  realTime,
} from '../../services/runtime/index.js';
import { freshDatabase, freshTopicPrefix, startKafka, withServers } from '../servers/index.js';
import { folder, ownTables, silent } from './parts.js';
import { pipelineSuite } from './pipeline-suite.js';

const home = folder();

pipelineSuite('the embedded parts', async () => {
  const db = await openSqlite(join(home, 'pipeline.db'));
  await migrate(db, ownTables);
  return { db, bus: await openEmbeddedBus(db, realTime, silent) };
});

withServers(['kafka', 'postgres'], 'with servers', () => {
  pipelineSuite('Kafka and PostgreSQL', async () => {
    const { brokers } = await startKafka();
    const db = openPostgres(await freshDatabase(), 10, () => undefined);
    await migrate(db, ownTables);
    const options = { brokers, prefix: freshTopicPrefix(), replication: 1, clientId: 'pipeline' };
    return { db, bus: await openKafkaBus(options, realTime, silent) };
  });
});
