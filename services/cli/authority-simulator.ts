import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Authority, type Target } from './authority/authority.js';
import { openBox } from './authority/box.js';
import { makeFolder, openFolder } from './authority/folder.js';
import { chosen, type Load, type Ran, runCases, runLoad } from './authority/run.js';
import { type Server, serverOf } from './client.js';
import { percentiles } from './figures.js';

export { Authority } from './authority/authority.js';
export { openBox } from './authority/box.js';
export { cases } from './authority/cases.js';
export { makeFolder, openFolder } from './authority/folder.js';
export { type Ran, runCases, runLoad } from './authority/run.js';

export interface SimulatorOptions {
  make?: boolean;
  folder: string;
  answersTo: string;
  listen?: string;
  posts?: string;
  only?: string;
  list?: boolean;
  count?: string;
  rate: string;
  wait: string;
  form?: boolean;
  json?: boolean;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const span = (ms: number | undefined): string => (ms === undefined ? '' : `${Math.round(ms)} ms`);

function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map(row => (row[i] ?? '').length)));
  const last = head.length - 1;
  for (const row of [head, widths.map(width => '-'.repeat(width)), ...rows])
    say(row.map((cell, i) => (i === last ? cell : cell.padEnd(widths[i] ?? 0))).join('  '));
}

function tell(ran: readonly Ran[]): void {
  const rows = ran.map(({ name, expected, got, verdict, gone, answered }) => {
    const same = verdict === 'as expected' && got === expected;
    return [name, expected, same ? 'the same' : got, span(gone), span(answered), verdict];
  });
  table(['case', 'expected', 'got', 'to gone', 'to answer', ''], rows);
  const wrong = ran.filter(({ verdict }) => verdict === 'deviates').length;
  say(`\n${ran.length} ${ran.length === 1 ? 'case' : 'cases'}: ${wrong === 0 ? 'none deviates' : `${wrong} deviate`}.`);
}

/** The form's values; its PDF as a file beside the keys, since nobody reads it on a terminal. */
function tellForm(folder: string, name: string, { file, ...form }: NonNullable<Ran['form']>): void {
  say(`\n${name}: Annex ${form.form}\n${JSON.stringify(form, null, 2)}`);
  const pdf = file as { name: string; content: string } | undefined;
  if (!pdf) return;
  const kept = join(folder, basename(pdf.name));
  writeFileSync(kept, Buffer.from(pdf.content, 'base64'));
  say(`As a PDF: ${kept}`);
}

function tellLoad({ sent, seconds, acknowledged, gone, answered, failed }: Load): void {
  say(`sent             ${sent} orders in ${seconds.toFixed(1)} s`);
  say(`→ acknowledged   ${percentiles(acknowledged)}`);
  say(`→ seen gone      ${percentiles(gone)}`);
  say(`→ answered       ${percentiles(answered)}`);
  say(`answered         ${answered.length} of ${sent}`);
  for (const line of failed.slice(0, 10)) say(`  ${line}`);
}

/** The desk's side, where this machine has its key. */
function deskOf(): Server | undefined {
  try {
    return serverOf(process.env);
  } catch {
    return undefined;
  }
}

/** `npm run authority-simulator -- [--make] [--only NAMES] [--count N --rate N] [--json]` */
export async function simulatorCommand(options: SimulatorOptions): Promise<void> {
  const { folder, answersTo } = options;
  if (options.make) {
    const made = await makeFolder(folder, answersTo);
    const settings = join(folder, 'orders.yaml');
    say(
      made ? `Made ${folder}: an authority with keys of its own.` : `${folder} is there already, and is left as it is.`,
    );
    say(`Start with it: SANSDELAI_ORDERS=${settings} npm start`);
    say(`Or put the entries of ${join(folder, 'register.json')} into the register of your installation.`);
    return;
  }
  if (options.list)
    return table(
      ['case', 'what'],
      chosen(options.only).map(({ name, what }) => [name, what]),
    );
  const count = Number(options.count ?? 0);
  const rate = Number(options.rate);
  if (!Number.isInteger(count) || count < 0 || !(rate > 0))
    throw new Error('--count takes a whole number, --rate one above 0.');
  chosen(options.only);
  const secrets = openFolder(folder);
  const address = new URL(options.listen ? `http://${options.listen}` : secrets.answersTo);
  const patience = Number(options.wait) * 1000;
  const box = await openBox(address.hostname, Number(address.port || 80), patience);
  const desk = deskOf();
  const url = (process.env.SANSDELAI_URL ?? `http://127.0.0.1:${process.env.PORT ?? 8080}`).replace(/\/$/, '');
  const lines =
    options.posts === undefined ? undefined : readFileSync(options.posts, 'utf8').split(/\s+/).filter(Boolean);
  const given = lines?.map((line): Target => ({ url: line }));
  const authority = new Authority(url, secrets, box, given, desk, patience);
  try {
    if (count > 0) {
      const load = await runLoad(authority, count, rate);
      if (options.json) say(JSON.stringify(load, null, 2));
      else tellLoad(load);
      if (load.failed.length > 0) process.exitCode = 1;
      return;
    }
    const ran = await runCases(authority, options.only);
    if (options.json) say(JSON.stringify({ cases: ran }, null, 2));
    else tell(ran);
    if (options.form && !options.json) for (const { name, form } of ran) if (form) tellForm(folder, name, form);
    if (ran.some(({ verdict }) => verdict === 'deviates')) process.exitCode = 1;
  } finally {
    await box.close();
  }
}
