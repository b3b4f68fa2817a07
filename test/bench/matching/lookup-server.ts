import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountTables, addKey } from '../../../services/accounts/index.js';
import { bankTables, followBanks, importEntries } from '../../../services/classify/signals/bank/index.js';
import { lookupRoutes } from '../../../services/classify/signals/media/index.js';
import { createLog, listen, openRuntime, readConfig, realTime } from '../../../services/runtime/index.js';

/** A process that answers look-ups: `lookup-server.js HASHES KEY`. It prints where once all hashes are in its banks. */
const [, , hashes = '', key = ''] = process.argv;
const folder = mkdtempSync(join(tmpdir(), 'sansdelai-bench-'));
const config = readConfig({ PORT: '0', SANSDELAI_DATA: folder, LOG_LEVEL: 'warn' });
const runtime = await openRuntime(config, realTime, createLog('warn', false), [...bankTables, ...accountTables]);
process.on('disconnect', () => process.exit());
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const all = readFileSync(hashes);
function* rows() {
  for (let at = 0; at < all.length; at += 32) {
    const hash = all.subarray(at, at + 32).toString('hex');
    yield { line: at / 32 + 1, entry: { kind: 'pdq', hash, sourceId: String(at / 32) } };
  }
}
const { added } = await importEntries(runtime, 'bench', rows(), { source: 'bench', by: 'bench' });
if (added !== all.length / 32) throw new Error(`only ${added} hashes were taken in`);
const from = performance.now();
const banks = await followBanks(runtime);
const opened = (performance.now() - from) / 1000;
await runtime.db.commit([addKey(runtime, key, 'bench', 'bench', ['banks:read'])]);
const http = await listen(runtime, async () => ({}));
http.mount([lookupRoutes(runtime, banks)]);
process.send?.({ url: http.url, opened });
