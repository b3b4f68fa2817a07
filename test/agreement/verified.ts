import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, type Server } from '../../services/cli/client.js';
import { type Finding, readKeys, sourceOf, verify } from '../../services/ledger/index.js';
import type { Figure } from './figures.js';

/** What is published with the figures of a period, and what the verifier, which knows only the log's public key, finds about it. */
export async function verified(
  ledger: Server,
  { from, to }: { from: string; to: string },
): Promise<{ figures: Figure[]; findings: Finding[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'sansdelai-report-'));
  const get = async (path: string): Promise<string> => {
    const res = await fetch(`${ledger.url}${path}`, { headers: { authorization: `Bearer ${ledger.key}` } });
    if (!res.ok) throw new Error(`${path} answered ${res.status}`);
    return res.text();
  };
  try {
    const report = await ask<{ first: number; size: number; figures: Figure[] }>(
      ledger,
      `/v1/sla/report?from=${from}&to=${to}&by=obligation,route,language`,
    );
    writeFileSync(join(folder, 'figures.json'), JSON.stringify(report));
    const { first, size } = report;
    const openings = await get(`/v1/sla/report/openings?from=${from}&to=${to}&first=${first}&size=${size}`);
    writeFileSync(join(folder, 'openings.ndjson'), openings);
    const { findings } = await verify({
      report: folder,
      keys: readKeys(await get('/v1/ledger/keys'), 'the installation'),
      log: sourceOf(`${ledger.url}/v1/ledger`),
      kept: [],
      promises: [],
      late: 300_000,
    });
    return { figures: report.figures, findings };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
