#!/usr/bin/env node
// Builds if stale, then runs the command.
import { build } from './build.mjs';

try {
  await build({ force: process.argv[2] === 'build' });
  if (process.argv[2] !== 'build') {
    const { main } = await import('../../dist/services/cli/main.js');
    await main(process.argv);
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
