import { postSchema } from '../../services/contracts/index.js';
import { apiKey, type Running, start } from '../ingest/installation.js';
import { type Line, openStream } from '../ingest/sender.js';
import { golden } from './golden.js';

/** Bodies of `POST /v1/posts`, each with what was answered. */
const { posts } = JSON.parse(golden('posts.json')) as { posts: { body: Record<string, unknown>; answer: object }[] };
const linesOf = (name: string): Line[] =>
  golden(name)
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));

let running: Running;
beforeEach(async () => {
  running = await start({ INGEST_MAX_STREAM: '64k' }, { services: ['ingest'] });
});
afterEach(() => running.stop());

async function stream(query: string): Promise<Line[]> {
  const res = await fetch(`${running.url}/v1/posts${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/x-ndjson' },
    body: golden('posts.ndjson'),
  });
  expect(res.status).toBe(200);
  return (await res.text())
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
}

/** Receipts, line numbers, statuses and paths are what programs go by; words may become better. */
function expectLines(lines: Line[], name: string): void {
  const wanted = linesOf(name);
  expect(lines).toHaveLength(wanted.length);
  for (const [n, line] of lines.entries()) {
    expect(line).toMatchObject(wanted[n]);
    if (line.error) expect(line.error.detail).toMatch(/./);
  }
}

test.each(posts.map(({ body, answer }) => [body.id, body, answer]))(
  'the post %s is taken as it was, and has the receipt that it had',
  async (_, body, answer) => {
    expect(postSchema.parse(body)).toMatchObject(body as object);
    expect(await running.call('POST', '/v1/posts', body)).toMatchObject({ status: 202, body: answer });
    expect(await running.call('POST', '/v1/posts', body)).toMatchObject({ status: 202, body: answer });
  },
);

test('a stream is answered line by line', async () => {
  expectLines(await stream(''), 'posts.answers.ndjson');
});

test('a stream whose sender asks for errors only', async () => {
  expectLines(await stream('?receipts=errors'), 'posts.errors.ndjson');
});

test('a stream that is not taken to its end says where to go on', async () => {
  const client = await openStream(running.url);
  client.read();
  await client.send(golden('posts.ndjson'));
  while (client.lines().length < linesOf('posts.answers.ndjson').length) await new Promise(r => setTimeout(r, 10));
  await client.send(`{"padding":"${'x'.repeat(64 * 1024)}`);
  await client.finish();
  await client.whole();
  client.socket.destroy();
  expectLines(client.lines().slice(-1), 'posts.resume.ndjson');
});
