// A process of its own that follows what is in force: a line `<ms since 1970> <live version>` for each change.
import { allTables } from '../../services/cli/services.js';
import { followPolicies } from '../../services/policies/index.js';
import { createLog, openRuntime, readConfig, realTime } from '../../services/runtime/index.js';
import { signals } from './signals.js';

const [url = '', folder = ''] = process.argv.slice(2);
const config = { ...readConfig({ SANSDELAI_DATA: folder, SANSDELAI_PROBE: 'off' }), DATABASE_URL: url };
const runtime = await openRuntime(config, realTime, createLog('silent', false), allTables);
const policies = await followPolicies(runtime, { signals: () => signals, file: undefined });
let last = '';
const looking = setInterval(() => {
  const { version } = policies.current();
  if (version !== last) process.stdout.write(`${Date.now()} ${version}\n`);
  last = version;
}, 1);
process.stdin.on('end', async () => {
  clearInterval(looking);
  await policies.stop();
  await runtime.stop();
  process.exit(0);
});
process.stdin.resume();
