import { nearCommand } from './index.js';

await nearCommand(process.argv.slice(2));
