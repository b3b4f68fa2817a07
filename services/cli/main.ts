import { Command } from 'commander';
import { ConfigError, configSchema, LockedError, readConfig } from '../runtime/index.js';
import type { AssessOptions } from './assess.js';
import type { SimulatorOptions } from './authority-simulator.js';
import type { BacktestOptions } from './backtest.js';
import type { ReportOptions } from './figures-report.js';

const configHelp = (): string =>
  Object.entries(configSchema.shape)
    .map(([name, schema]) => `  ${name.padEnd(26)} ${schema.description ?? ''}`)
    .join('\n');

/** The command line. Each command loads only what it needs. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('sansdelai')
    .description('Terrorist content removed without delay, and seen to be gone.')
    .showHelpAfterError()
    .addHelpText('after', `\nSettings are environment variables:\n${configHelp()}`);

  program
    .command('start')
    .argument('[services...]', 'the services to run in this process; none named: all')
    .description('run all services in one process, or the named ones')
    .action(async (names: string[]) => {
      const { startCommand } = await import('./start.js');
      await startCommand(readConfig(process.env), names);
    });
  program
    .command('ledger-key')
    .option('--rotate', 'put a new key before the one there is; start the ledger again to go over to it')
    .description("show the ledger's public key, for whoever checks a figure")
    .action(async (options: { rotate?: boolean }) => {
      const { ledgerKeyCommand } = await import('./ledger-key.js');
      ledgerKeyCommand(readConfig(process.env), options.rotate);
    });
  program
    .command('replay')
    .argument('<file>', 'posts as JSONL, also gzip')
    .option('--rate <n>', 'posts a second; default: as fast as they are taken')
    .option('--platform <name>', 'platform of posts that name none', 'replay')
    .option('--wait <seconds>', 'how long to wait for assessments and removals at the end', '60')
    .description('send a file of posts to the server and report what became of them')
    .action(async (file: string, options: { rate?: string; platform: string; wait: string }) => {
      const { replayCommand } = await import('./replay.js');
      await replayCommand(file, options);
    });
  program
    .command('assess')
    .argument('<file>', 'posts as JSONL, also gzip')
    .option('--policy <file>', 'by the policy of this file (YAML); default: by what is live in the data')
    .option('--version <id>', 'by this version that is kept in the data')
    .description('posts in, one assessment a line out on standard output; needs no server')
    .action(async (file: string, options: AssessOptions) => {
      const { assessCommand } = await import('./assess.js');
      await assessCommand(file, options, readConfig(process.env));
    });
  program
    .command('backtest')
    .argument('[file]', 'labelled posts as JSONL, also gzip; none: the posts of the last days')
    .option('--policy <file>', 'the draft (YAML)')
    .option('--version <id>', 'the draft, as a version that the server keeps')
    .option('--days <n>', 'how many days of posts, without a file', '7')
    .option('--again', 'assess posts afresh of which a signal has changed')
    .option('--against <what>', '"done": what was done; "live": what the live policy makes of them', 'done')
    .option('--name <name>', 'what it is called')
    .option('--watch <id>', 'follow one that was asked for before')
    .option('--json', 'print all of it as JSON')
    .description('hold a draft policy against the posts there were: what would be done otherwise')
    .action(async (file: string | undefined, options: BacktestOptions) => {
      const { backtestCommand } = await import('./backtest.js');
      await backtestCommand(file, options);
    });
  program
    .command('explain')
    .argument('<id>', "the post's id")
    .requiredOption('--platform <name>', 'the platform it is on')
    .option('--json', 'as the API answers')
    .description('show every step of one post, with the reasons')
    .action(async (id: string, options: { platform: string; json?: boolean }) => {
      const { explainCommand } = await import('./explain.js');
      await explainCommand(id, options.platform, options.json);
    });
  program
    .command('report')
    .requiredOption('--from <time>', 'the start of the period: an instant, a day or a month, UTC')
    .option('--to <time>', 'its end; left out: that of the day or month, or now')
    .option('--by <names>', 'obligation, route, language: a list', 'obligation')
    .requiredOption('--out <folder>', 'the folder to write to; it must not have a report yet')
    .option('--export', "the log's tiles, checkpoint and keys too")
    .option('--first <index>', 'open entries from here on at the latest, also where fewer are needed')
    .description('publish figures with the openings that whoever checks them needs')
    .action(async (options: ReportOptions) => {
      const { reportCommand } = await import('./figures-report.js');
      await reportCommand(options);
    });
  program
    .command('authority-simulator')
    .option('--make', 'make a folder with an authority: keys, register, settings; nothing else is done')
    .option('--folder <folder>', 'the folder with its keys', 'authority')
    .option('--answers-to <url>', 'with --make: where answering forms are sent', 'http://127.0.0.1:8090/answers')
    .option('--listen <host:port>', 'where it takes them; default: the host and port of that address')
    .option('--posts <file>', 'addresses of posts that may be removed, one a line; default: it writes in the sandbox')
    .option('--only <names>', 'cases, comma separated')
    .option('--list', 'show the cases')
    .option('--count <n>', 'instead of the cases: so many valid orders')
    .option('--rate <n>', 'with --count: orders a second', '16.7')
    .option('--wait <seconds>', 'how long it waits for anything', '30')
    .option('--form', 'show the answering forms, and keep each as a PDF in the folder')
    .option('--json', 'results as JSON')
    .description(
      'send valid and invalid removal orders, as an authority does, and hold what happens against what has to',
    )
    .action(async (options: SimulatorOptions) => {
      const { simulatorCommand } = await import('./authority-simulator.js');
      await simulatorCommand(options);
    });
  // These read their own flags.
  const passed = (name: string, description: string, run: (args: string[]) => Promise<void>) =>
    program
      .command(name)
      .argument('[args...]')
      .helpOption(false)
      .allowUnknownOption()
      .passThroughOptions()
      .description(description)
      .action((args: string[]) => run(args));
  program.enablePositionalOptions();
  passed('verify', 'check published figures against the ledger that they come from: verify --help', async args => {
    process.exitCode = await (await import('./verify.js')).verifyCommand(args);
  });
  passed('train', 'train the text model: --data <folder>', async args =>
    (await import('../../models/text/index.js')).trainCommand(args),
  );
  passed('evaluate', "labelled posts in, the model card's table out", async args =>
    (await import('../../models/text/index.js')).evaluateCommand(args),
  );
  passed('bench', 'measure: throughput and latency beside the limits of the parts', async args =>
    (await import('../../test/bench/index.js')).benchCommand(args),
  );

  try {
    await program.parseAsync(argv as string[]);
  } catch (error) {
    const expected = error instanceof ConfigError || error instanceof LockedError;
    const { message, stack } = error as Error;
    process.stderr.write(`${process.env.LOG_LEVEL === 'debug' ? stack : message}\n`);
    process.exitCode = expected ? 2 : 1;
  }
}
