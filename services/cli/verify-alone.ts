import { verifyCommand } from './verify.js';

// The verifier as a single file: `node sansdelai-verify.mjs …`.
process.exitCode = await verifyCommand(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`It could not be checked, by a fault of this program: ${error.stack}\n`);
  return 2;
});
