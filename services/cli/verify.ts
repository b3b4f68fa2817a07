import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Presets, SingleBar } from 'cli-progress';
import {
  CannotCheck,
  exitCode,
  type Finding,
  type Given,
  type LogSource,
  readKeys,
  readSmall,
  sourceOf,
  type Verified,
  verify,
} from '../ledger/index.js';

const help = `sansdelai verify [REPORT] --key KEY [--log WHERE] [--checkpoint FILE …] [--keep FILE] [--promise FILE …]

Checks published figures against the log that they come from, without trusting whoever runs either.

  REPORT             folder with figures.json and openings.ndjson, or its figures.json; without one the log alone is checked
  --key KEY          the log's public key (name+12345678+AQ…), or a file with it; from a source that you trust. May be given again
  --log WHERE        the log: an address (https://…/v1/ledger) or a folder with the same files; left out: the report's own folder
  --checkpoint FILE  a checkpoint that you kept earlier: shows that nothing was rewritten since. May be given again
  --keep FILE        keep the newest checkpoint here, for next time; where the file exists, it is checked first
  --promise FILE     a promise of inclusion that you were given: is the entry in the log? May be given again
  --late DURATION    how late an entry may be entered after it happened, as 5m, 2h or 1d (5m)
  --json             the findings as JSON
  --help             this

It ends with 0 where all agrees, 1 where something differs, 2 where something could not be checked.
`;

/** An argument that makes no sense: the message says which. */
class Misused extends Error {}

const units: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function duration(text: string): number {
  const [, number, unit = ''] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  if (number === undefined) throw new Misused(`--late ${text}: write a duration as 5m, 2h or 1d`);
  return Number(number) * (units[unit] ?? 1);
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        key: { type: 'string', multiple: true },
        log: { type: 'string' },
        checkpoint: { type: 'string', multiple: true },
        keep: { type: 'string' },
        promise: { type: 'string', multiple: true },
        late: { type: 'string', default: '5m' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new Misused((error as Error).message);
  }
}

/** A key as it stands, or in a file of that name. */
async function keysOf(given: string) {
  const text = /^[^+\s]+\+[0-9a-f]{8}\+\S+$/.test(given) ? given : (await readSmall(given, 1_048_576)).toString('utf8');
  return readKeys(text, `--key ${given}`);
}

const readNotes = (files: readonly string[]): Promise<Given[]> =>
  Promise.all(files.map(async from => ({ from, note: (await readSmall(from, 16_384)).toString('utf8') })));

/** Written whole or not at all. */
async function keep(file: string, note: string): Promise<void> {
  await writeFile(`${file}.new`, note);
  await rename(`${file}.new`, file);
}

const words: Record<Finding['verdict'], string> = {
  agrees: 'agrees  ',
  differs: 'DIFFERS ',
  unchecked: 'not checked',
  remark: 'note    ',
};

function print(findings: readonly Finding[]): string {
  const count = (verdict: Finding['verdict']) => findings.filter(finding => finding.verdict === verdict).length;
  const lines = findings.map(({ check, verdict, says }) => `${words[verdict].padEnd(12)}${check}: ${says}`);
  const proofs = findings.flatMap(({ check, proof }) =>
    (proof ?? []).map(note => `\n--- shown by, for "${check}":\n${note.replace(/[^\P{C}\n]/gu, ' ')}`),
  );
  const differ = count('differs');
  const summary = [
    `${count('agrees')} agree`,
    `${differ} ${differ === 1 ? 'differs' : 'differ'}`,
    ...(count('unchecked') > 0 ? [`${count('unchecked')} could not be checked`] : []),
  ];
  return `${[...lines, ...proofs, '', `${summary.join(', ')}.`].join('\n')}\n`;
}

function progressBar() {
  const bar = new SingleBar(
    {
      format: '{what} [{bar}] {percentage}% {eta_formatted}',
      noTTYOutput: false,
      hideCursor: true,
      clearOnComplete: true,
    },
    Presets.rect,
  );
  let shown = '';
  return {
    tell(what: string, done: number, of: number): void {
      if (shown !== what) {
        bar.stop();
        bar.start(of, done, { what });
        shown = what;
      } else bar.update(done);
    },
    stop: () => bar.stop(),
  };
}

async function run(args: string[]): Promise<{ verified: Verified; json: boolean } | undefined> {
  const { values, positionals } = parse(args);
  if (values.help) {
    process.stdout.write(help);
    return undefined;
  }
  const [report, ...more] = positionals;
  if (more.length > 0) throw new Misused(`one report at a time, not also ${more[0]}`);
  if (!values.key)
    throw new Misused('--key is missing: the log is known by its key, which you need from a source that you trust');
  const folder = report?.endsWith('.json') ? join(report, '..') : report;
  const place = values.log ?? folder;
  if (place === undefined) throw new Misused('give a report, or the log with --log');
  const log: LogSource = sourceOf(place);
  const keys = (await Promise.all(values.key.map(keysOf))).flat();
  const before = values.keep !== undefined && existsSync(values.keep) ? [values.keep] : [];
  const kept = await readNotes([...new Set([...(values.checkpoint ?? []), ...before])]);
  const promises = await readNotes(values.promise ?? []);
  const late = duration(values.late);
  const bar = progressBar();
  const verified = await verify({ report, keys, log, kept, promises, late }, bar.tell).finally(bar.stop);
  if (values.keep !== undefined) {
    if (verified.head) {
      await keep(values.keep, verified.head.note);
      verified.findings.push({ check: 'kept', verdict: 'remark', says: `the checkpoint, in ${values.keep}` });
    } else
      verified.findings.push({
        check: 'kept',
        verdict: 'remark',
        says: `nothing: ${values.keep} is as it was, since not all checkpoints agree`,
      });
  }
  return { verified, json: values.json };
}

/**
 * `sansdelai verify`: prints each thing that it checks with whether it agrees.
 * @returns the exit code: 0 all agrees, 1 something differs, 2 something could not be checked
 */
export async function verifyCommand(args: string[]): Promise<number> {
  try {
    const done = await run(args);
    if (!done) return 0;
    const { findings } = done.verified;
    const code = exitCode(findings);
    process.stdout.write(
      done.json ? `${JSON.stringify({ verdict: verdicts[code], findings }, null, 2)}\n` : print(findings),
    );
    return code;
  } catch (error) {
    if (!(error instanceof Misused || error instanceof CannotCheck)) throw error;
    process.stderr.write(`${error.message}\n${error instanceof Misused ? '\nSee: sansdelai verify --help\n' : ''}`);
    return 2;
  }
}

const verdicts = { 0: 'agrees', 1: 'differs', 2: 'not checked' } as const;
