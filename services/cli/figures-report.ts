import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Presets, SingleBar } from 'cli-progress';
import { hashesAt, parseCheckpoint, parseNote, type Report, tilePath, tilesOf } from '../ledger/index.js';
import { ask, type Server, serverOf } from './client.js';

export interface ReportOptions {
  from: string;
  to?: string;
  by: string;
  out: string;
  export?: boolean;
  first?: string;
}

/** Tiles that are asked for at once. */
const atOnce = 8;

async function get({ url, key }: Server, path: string): Promise<Response> {
  const res = await fetch(`${url}${path}`, { headers: { Authorization: `Bearer ${key}` } });
  if (!res.ok) throw new Error(`${url}${path} answered ${res.status}: ${(await res.text()).slice(0, 500)}`);
  return res;
}

/** Written whole or not at all: a report that was broken off is not taken for one. */
async function save(file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.part`, content);
  await rename(`${file}.part`, file);
}

const progress = (what: string) =>
  new SingleBar(
    { format: `${what} [{bar}] {percentage}% {value}/{total} {eta_formatted}`, noTTYOutput: false, hideCursor: true },
    Presets.rect,
  );

/** Writes the openings that a report needs. @throws Error where they are not as many as it says */
async function saveOpenings(server: Server, report: Report, file: string): Promise<number> {
  const { from, to, first, size, sealed } = report;
  const query = new URLSearchParams({ from, to, first: String(first), size: String(size) });
  const res = await get(server, `/v1/sla/report/openings?${query}`);
  if (!res.body) throw new Error(`${server.url} answered without openings`);
  await pipeline(Readable.fromWeb(res.body as never), createWriteStream(`${file}.part`));
  const bar = progress('openings');
  bar.start(size - first, 0);
  let within = 0;
  let all = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(`${file}.part`) })) {
      all++;
      if (Number(/^\{"index":(\d+),/.exec(line)?.[1]) >= first) bar.update(++within);
    }
  } finally {
    bar.stop();
  }
  if (within !== size - first - sealed) {
    await rm(`${file}.part`);
    throw new Error(
      `${within} of ${size - first} entries were opened, and ${sealed} told to be under non-disclosure: an order changed meanwhile. Run it again.`,
    );
  }
  await rename(`${file}.part`, file);
  return all;
}

/** Writes the log as it is served below `/v1/ledger/`, as long as the checkpoint says. */
async function saveLog(server: Server, note: string, folder: string): Promise<number> {
  const { size } = parseCheckpoint(parseNote(note).text);
  const levels: (number | 'entries')[] = ['entries'];
  for (let level = 0; hashesAt(level, size) > 0; level++) levels.push(level);
  const tiles = levels.flatMap(level => tilesOf(level, 0, size, size));
  const bar = progress('tiles');
  bar.start(tiles.length, 0);
  try {
    for (let i = 0; i < tiles.length; i += atOnce) {
      const some = tiles.slice(i, i + atOnce).map(async tile => {
        const path = tilePath(tile);
        await save(join(folder, path), Buffer.from(await (await get(server, `/v1/ledger/${path}`)).arrayBuffer()));
        bar.increment();
      });
      await Promise.all(some);
    }
  } finally {
    bar.stop();
  }
  await save(join(folder, 'keys'), await (await get(server, '/v1/ledger/keys')).text());
  await save(join(folder, 'checkpoint'), note);
  return tiles.length;
}

/** `sansdelai report`: writes figures with the openings that they can be made from again, and with `export` the log too. */
export async function reportCommand(options: ReportOptions): Promise<void> {
  const { out } = options;
  const figures = join(out, 'figures.json');
  if (existsSync(figures)) throw new Error(`${figures} exists already: name another folder with --out.`);
  const server = serverOf(process.env);
  const { from: since, to: until, by, first } = options;
  const asked = new URLSearchParams({ from: since, by, ...(until === undefined ? {} : { to: until }) });
  // It reads days and months, and tells from where to where that is.
  const { from, to } = await ask<{ from: string; to: string }>(server, `/v1/sla?${asked}`);
  const query = new URLSearchParams({ from, to, by, ...(first === undefined ? {} : { first }) });
  const report = await ask<Report>(server, `/v1/sla/report?${query}`);
  await mkdir(out, { recursive: true });
  const openings = await saveOpenings(server, report, join(out, 'openings.ndjson'));
  const tiles = options.export ? await saveLog(server, report.checkpoint, out) : undefined;
  // Last, since it is what makes the folder a report.
  await save(figures, `${JSON.stringify(report, null, 2)}\n`);
  const lines = [
    `figures   ${report.figures.length} rows, of what began from ${from} on and before ${to}: ${figures}`,
    `openings  ${openings} entries; ${report.sealed} more are under non-disclosure`,
    ...(tiles === undefined ? [] : [`log       ${tiles} tiles, the checkpoint and the keys`]),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
