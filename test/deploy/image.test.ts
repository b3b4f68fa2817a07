import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root, text } from './files.js';

interface Step {
  name: string;
  /** What follows the instruction; a list where it is JSON. */
  words: string[];
}

/** The stages of the Dockerfile, each with its steps. */
const stages: Step[][] = [];
for (const line of text('deploy/Dockerfile')
  .replace(/^\s*#.*\n/gm, '')
  .replace(/\\\n\s*/g, ' ')
  .split('\n')
  .filter(Boolean)) {
  const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
  if (name === 'FROM') stages.push([]);
  stages.at(-1)?.push({ name, words: rest.startsWith('[') ? (JSON.parse(rest) as string[]) : rest.split(/\s+/) });
}
const last = stages.at(-1)!;
const words = (name: string) => last.filter(step => step.name === name).map(step => step.words);

/** The files that a COPY of the project names, by their paths in the project. */
function files(pattern: string): string[] {
  if (!pattern.includes('*')) return [pattern];
  const folder = dirname(pattern);
  const [before, after] = basename(pattern).split('*') as [string, string];
  return readdirSync(join(root, folder))
    .filter(name => name.startsWith(before) && name.endsWith(after))
    .map(name => join(folder, name));
}

test('every stage is Node 24, and the last runs as nobody in particular', () => {
  for (const [from] of stages) expect(from?.words[0]).toMatch(/^node:24-/);
  expect(words('USER')).toEqual([['node']]);
  expect(last.findIndex(step => step.name === 'USER')).toBeGreaterThan(
    last.findLastIndex(step => step.name === 'COPY'),
  );
  expect(words('ENTRYPOINT')).toEqual([['node', '--max-old-space-size=256', 'services/cli/sansdelai.mjs']]);
  expect(words('CMD')).toEqual([['start']]);
});

test('its packages are those without the development ones', () => {
  const [stage] = words('COPY').find(copied => copied.includes('/app/node_modules'))!;
  const named = stages.find(([from]) => from?.words.at(-1) === stage?.replace('--from=', ''))!;
  const installs = named.filter(step => step.name === 'RUN').map(step => step.words.join(' '));
  expect(installs).toEqual([expect.stringMatching(/^npm ci .*--omit=dev/)]);
});

test('what is copied from the project exists, and nothing keeps it out of the build', () => {
  const allowed = text('deploy/Dockerfile.dockerignore')
    .split('\n')
    .filter(line => line.startsWith('!'))
    .map(line => line.slice(1));
  const copies = stages
    .flat()
    .filter(step => step.name === 'COPY' && !step.words[0]?.startsWith('--from'))
    .flatMap(step => step.words.slice(0, -1));
  expect(copies.length).toBeGreaterThan(8);
  for (const pattern of copies) {
    expect(allowed).toContain(pattern.split('/')[0]);
    expect(files(pattern)).not.toEqual([]);
    for (const file of files(pattern)) expect([file, existsSync(join(root, file))]).toEqual([file, true]);
  }
});

describe('a folder with what the image holds, and no more', () => {
  let app = '';
  let service: ChildProcess | undefined;

  beforeAll(() => {
    app = mkdtempSync(join(tmpdir(), 'sansdelai-image-'));
    for (const copied of words('COPY')) {
      const target = copied.at(-1)!;
      for (const pattern of copied
        .slice(0, -1)
        .filter(word => !word.startsWith('--from=') && !word.endsWith('node_modules')))
        for (const file of files(pattern.replace(/^\/app\//, ''))) {
          const to = join(app, target, target.endsWith('/') ? basename(file) : '');
          cpSync(join(root, file), to, { recursive: true, filter: path => !path.startsWith(`${root}dist/test`) });
        }
    }
    const { packages } = JSON.parse(text('package-lock.json')) as { packages: Record<string, { dev?: boolean }> };
    for (const [path, { dev }] of Object.entries(packages)) {
      if (dev || !/^node_modules\/[^/]+(\/[^/]+)?$/.test(path) || !existsSync(join(root, path))) continue;
      mkdirSync(join(app, dirname(path)), { recursive: true });
      if (!existsSync(join(app, path))) symlinkSync(join(root, path), join(app, path));
    }
  });

  afterAll(async () => {
    if (service && service.exitCode === null && service.signalCode === null) {
      service.kill('SIGKILL');
      await once(service, 'exit');
    }
    rmSync(app, { recursive: true });
  });

  test("starts by the image's command, is healthy by its check, and ends when asked", async () => {
    const [entry] = words('ENTRYPOINT');
    const [command] = words('CMD');
    const [check] = words('HEALTHCHECK');
    const probe = JSON.parse(check!.slice(check!.indexOf('CMD') + 1).join(' ')) as string[];
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as { port: number };
    listener.close();
    await once(listener, 'close');
    const { PATH, HOME, TMPDIR } = process.env;
    const given = words('ENV')
      .flat()
      .map(pair => pair.split('='));
    const env = {
      PATH,
      HOME,
      TMPDIR,
      ...Object.fromEntries(given),
      // The image's own would be outside of this folder, and reached by others.
      HOST: '127.0.0.1',
      PORT: String(port),
      SANSDELAI_DATA: join(app, 'data'),
    };
    let output = '';
    service = spawn(entry![0]!, [...entry!.slice(1), ...command!], { cwd: app, env });
    for (const stream of [service.stdout, service.stderr])
      stream?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    const healthy = () => spawnSync(probe[0]!, probe.slice(1), { cwd: app, env }).status === 0;
    expect(healthy()).toBe(false);
    const deadline = Date.now() + 30_000;
    let well = false;
    while (!well && service.exitCode === null && Date.now() < deadline) {
      await sleep(200);
      well = healthy();
    }
    expect(well ? '' : output).toBe('');
    expect(well).toBe(true);
    while ((await fetch(`http://127.0.0.1:${port}/readyz`)).status !== 200 && Date.now() < deadline) await sleep(100);
    // What the console links to.
    for (const page of ['README.md', 'docs/runbooks/README.md'])
      expect((await fetch(`http://127.0.0.1:${port}/${page}`)).status).toBe(200);
    service.kill('SIGTERM');
    const [code] = (await once(service, 'exit')) as [number | null];
    expect(code).toBe(0);
  });
});
