import { main } from '../../services/cli/main.js';

/** One process of an installation: the command line, without building first. */
await main(process.argv);
