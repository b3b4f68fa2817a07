import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { make, planMove } from '../../services/policies/versions.js';
import { newFolder, type Running, start } from '../ingest/installation.js';

/** Which policy `sansdelai assess` goes by, beside an installation that runs. */
const text = (name: string): string => `name: ${name}
rules:
  - { name: ${name}, action: review, when: { post: { has: text } }, reason: Of ${name}. }
`;
const folder = newFolder();
const file = (name: string): string => {
  writeFileSync(join(folder, `${name}.yaml`), text(name));
  return join(folder, `${name}.yaml`);
};
const posts = join(folder, 'posts.jsonl');
let running: Running;
let live: string;
let draft: string;

beforeAll(async () => {
  writeFileSync(posts, `${JSON.stringify({ id: 'one', text: 'The ferry leaves at noon.' })}\n`);
  running = await start({ SANSDELAI_POLICY: file('first') }, { folder, services: ['ingest', 'classify'] });
  [live, draft] = (await Promise.all(
    ['second', 'third'].map(
      async name => (await running.call('POST', '/v1/policies', { text: text(name), note: 'x' })).body.id,
    ),
  )) as [string, string];
  await make(running.runtime, await planMove(running.runtime, live, 'live', { by: 'Otto', why: 'the tests' }));
}, 60_000);
afterAll(() => running?.stop());

const program = `import(${JSON.stringify(new URL('../../services/cli/main.js', import.meta.url))}).then(({ main }) => main(process.argv))`;
const assess = (args: string[], data = folder) => {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['-e', program, 'sansdelai', 'assess', posts, ...args],
    {
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        LOG_LEVEL: 'error',
        SANSDELAI_DATA: data,
        SANSDELAI_POLICY: join(folder, 'first.yaml'),
      },
    },
  );
  return status === 0 ? (JSON.parse(stdout).versions.policy as string) : stderr;
};

test('by the version that is live in the data, beside whoever runs; else by the one that is named', () => {
  expect(assess([])).toBe(live);
  expect(assess(['--version', draft])).toBe(draft);
  expect(assess(['--policy', file('fourth')])).toMatch(/^fourth@/);
  expect(assess(['--version', 'none@000000000000'])).toContain('There is no policy none@000000000000');
  expect(assess([], newFolder())).toMatch(/^first@/);
}, 120_000);
