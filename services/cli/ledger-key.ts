import { publicKeys, rotateKey } from '../ledger/index.js';
import type { Config } from '../runtime/index.js';

/**
 * Prints the public keys of the ledger's key file, the newest first: one a line, as the verifier takes them.
 * @throws ConfigError where there is no key yet, or its file can't be used.
 */
export function ledgerKeyCommand(config: Config, rotate = false): void {
  if (rotate) rotateKey(config);
  process.stdout.write(`${publicKeys(config).join('\n')}\n`);
}
