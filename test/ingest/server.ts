import { startInstallation } from '../../services/cli/start.js';
import { createLog, readConfig } from '../../services/runtime/index.js';

/** An installation in a process of its own: settings from the environment, services from the arguments; it prints its address. */
const config = readConfig(process.env);
const log = createLog(config.LOG_LEVEL, false);
const { url } = await startInstallation(config, process.argv.slice(2), { log });
process.stdout.write(`${url}\n`);
