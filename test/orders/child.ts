import { startInstallation } from '../../services/cli/start.js';
import { createLog, readConfig } from '../../services/runtime/index.js';

/** An installation that the tests may kill: `node child.js SETTINGS`. It prints its address once it is ready. */
const settings = JSON.parse(process.argv[2] ?? '{}') as Record<string, string>;
const config = readConfig({
  PORT: '0',
  LOG_LEVEL: 'silent',
  SANSDELAI_PROBE: 'off',
  SANSDELAI_SANDBOX: 'off',
  ...settings,
});
const { url } = await startInstallation(config, ['ingest', 'orders', 'enforce', 'clocks', 'ledger'], {
  log: createLog('silent', false),
});
process.stdout.write(`${url}\n`);
