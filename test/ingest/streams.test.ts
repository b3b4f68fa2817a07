import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { until } from '../until.js';
import { apiKey, newFolder, newPost, type Running, start } from './installation.js';
import { type Line, openStream } from './sender.js';

let running: Running;

beforeAll(async () => {
  running = await start({}, { services: ['ingest'] });
});
afterAll(() => running.stop());

const line = (post: object) => `${JSON.stringify(post)}\n`;

/** File descriptors of this process, so that none is left behind. */
const openFiles = (): string[] => {
  const all = readdirSync('/proc/self/fd');
  return all.flatMap(fd => {
    try {
      return [execFileSync('readlink', [`/proc/${process.pid}/fd/${fd}`], { encoding: 'utf8' })];
    } catch {
      return [];
    }
  });
};

test('a client that trickles gets each receipt promptly, whatever it sends in between', async () => {
  const client = await openStream(running.url);
  client.read();
  for (let n = 1; n <= 5; n++) {
    await client.send(line(newPost()));
    await until(() => client.lines().length === n, `receipt ${n}`, 3_000);
  }
  // Two so close together that the second comes while the first is under way.
  await client.send(line(newPost()));
  await client.send(line(newPost()));
  await until(() => client.lines().length === 7, 'both receipts', 3_000);
  // A post in two halves.
  const text = line(newPost());
  await client.send(text.slice(0, 50));
  await sleep(20);
  await client.send(text.slice(50));
  await until(() => client.lines().length === 8, 'its receipt', 3_000);
  expect(client.status()).toBe(200);
  await client.finish();
  await client.whole();
  client.socket.destroy();
});

test('a client that reads nothing before it has sent everything gets every answer', async () => {
  const client = await openStream(running.url);
  const padding = 'x'.repeat(1_000);
  const blocks = 200;
  const perBlock = 200;
  const good: string[] = [];
  let sent = 0;
  for (let block = 0; block < blocks; block++) {
    // Most lines are wrong: they cost little, and their answers are long.
    const lines = Array.from({ length: perBlock }, (_, n) => {
      if (n % 10 > 0) return line({ padding });
      const post = newPost();
      good.push(post.id);
      return line(post);
    }).join('');
    sent += lines.length;
    await client.send(lines);
  }
  await client.finish();
  expect(sent).toBeGreaterThan(30e6);

  client.read();
  await client.whole();
  const lines = client.lines();
  client.socket.destroy();
  expect(lines).toHaveLength(blocks * perBlock);
  expect(lines.every((answer: Line, n: number) => answer.line === n + 1)).toBe(true);
  expect(lines.filter((answer: Line) => answer.receipt).map((answer: Line) => answer.id)).toEqual(good);
  expect(JSON.stringify(lines).length).toBeGreaterThan(10e6);
  await until(() => !openFiles().some(file => file.includes('answers-')), 'the file of answers to be given back');
}, 60_000);

test('a client that goes away leaves what was taken in, and nothing else', async () => {
  const client = await openStream(running.url);
  const posts = Array.from({ length: 2_000 }, () => newPost());
  const padding = 'x'.repeat(1_000);
  // Answers pile up in a file, as nobody reads them.
  for (let n = 0; n < 20; n++) await client.send(line({ padding }).repeat(1_000));
  await client.send(posts.map(line).join(''));
  await until(() => openFiles().some(file => file.includes('answers-')), 'a file of answers');
  client.socket.destroy();
  await until(() => !openFiles().some(file => file.includes('answers-')), 'the file of answers to be given back');

  const again = await openStream(running.url);
  again.read();
  await again.send(posts.map(line).join(''));
  await again.finish();
  await again.whole();
  expect(again.lines().map((answer: Line) => answer.id)).toEqual(posts.map(post => post.id));
  expect(again.lines().every((answer: Line) => answer.receipt)).toBe(true);
  again.socket.destroy();
}, 60_000);

test('the same posts from many connections at once are kept once, with one receipt each', async () => {
  const posts = Array.from({ length: 300 }, () => newPost());
  const answers = await Promise.all(
    Array.from({ length: 12 }, async (_, n) => {
      // Cut at other places, and begun at other posts.
      const own = [...posts.slice(n * 20), ...posts.slice(0, n * 20)];
      const client = await openStream(running.url);
      client.read();
      for (let from = 0; from < own.length; from += 7 + n) {
        await client.send(
          own
            .slice(from, from + 7 + n)
            .map(line)
            .join(''),
        );
      }
      await client.finish();
      await client.whole();
      client.socket.destroy();
      return new Map<string, string>(client.lines().map((answer: Line) => [answer.id, answer.receipt]));
    }),
  );
  for (const answer of answers) {
    expect(answer.size).toBe(posts.length);
    for (const { id } of posts) expect(answer.get(id)).toBe(answers[0]!.get(id));
  }
  const single = await Promise.all(posts.slice(0, 40).map(post => running.call('POST', '/v1/posts', post)));
  expect(single.map(({ body }) => body.receipt)).toEqual(posts.slice(0, 40).map(({ id }) => answers[0]!.get(id)));
  const { count } = await running.db
    .tables<{ posts: { key: string } }>()
    .selectFrom('posts')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('key', 'in', running.db.among(posts.map(({ id }) => `acme/1/${id}`)))
    .executeTakeFirstOrThrow();
  expect(count).toBe(posts.length);
});

const megabytes = process.env.SANSDELAI_TEST_UPLOAD === '1G' ? 1024 : 200;

test(`an upload of ${megabytes} MB does not grow the server's memory`, async () => {
  const folder = newFolder();
  const server: ChildProcess = spawn(
    process.execPath,
    // As `npm start` runs it: without a limit the collector takes its time, and what it has not yet freed looks like growth.
    ['--max-old-space-size=256', fileURLToPath(new URL('./server.js', import.meta.url)), 'ingest'],
    {
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        SANSDELAI_DATA: folder,
        SANSDELAI_API_KEY: apiKey,
        SANSDELAI_ADMIN_PASSWORD: 'a-password-of-tests',
        SANSDELAI_SANDBOX: 'off',
        SANSDELAI_PROBE: 'off',
        LOG_LEVEL: 'error',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  try {
    const url = await new Promise<string>(resolve => createInterface(server.stdout!).once('line', resolve));
    const rss = () => Number(execFileSync('ps', ['-o', 'rss=', '-p', String(server.pid)], { encoding: 'utf8' })) * 1024;
    const client = await openStream(url, '?receipts=errors');
    client.read();
    const text = 'Zwei Sätze, die niemandem etwas tun. '.repeat(200);
    const long = { text: 'x'.repeat(95_000), ciphertext: 'y'.repeat(95_000) };
    const samples: number[] = [];
    let bytes = 0;
    let count = 0;
    // Ordinary ones first, then some as long as they may be: a batch of those must not be longer.
    while (bytes < megabytes * 1e6) {
      const more = bytes < megabytes * 0.75e6 ? { text } : long;
      const block = Array.from({ length: 20 }, () => line(newPost(more))).join('');
      bytes += Buffer.byteLength(block);
      count += 20;
      await client.send(block);
      if (count % 500 === 0 || more === long) samples.push(rss());
    }
    await client.finish();
    await client.whole();
    expect(client.lines()).toEqual([{ summary: { accepted: count, known: 0, rejected: 0 } }]);
    client.socket.destroy();
    // Caches fill at first; from then on it stays where it is.
    const [early, late] = [samples.slice(0, samples.length / 2), samples.slice(samples.length / 2)];
    if (process.env.TEST_LOG) console.log(samples.map(sample => Math.round(sample / 1e6)).join(' '));
    expect(Math.max(...late) - Math.max(...early)).toBeLessThan(120e6);
    expect(Math.max(...samples)).toBeLessThan(500e6);
  } finally {
    server.kill('SIGKILL');
    await once(server, 'exit');
    rmSync(join(folder), { recursive: true, force: true });
  }
}, 300_000);
