import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandsKeyFile } from '../../services/accounts/index.js';
import { platformsFile, secret, startPlatform } from '../enforce/platform.js';
import { newFolder } from '../ingest/installation.js';
import { until } from '../until.js';
import { answersBox, publicKey, sign } from './running.js';

const child = fileURLToPath(new URL('./child.js', import.meta.url));

test.each([0, 60])(
  'a process that is killed %i ms after an order was acknowledged loses nothing of it',
  async delay => {
    const platform = await startPlatform();
    const box = await answersBox();
    const folder = newFolder();
    const write = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const authority = {
      id: 'fr-one',
      name: 'One',
      state: 'FR',
      instruments: ['tco'],
      keys: [await publicKey()],
      answersTo: box.url,
    };
    write('register.json', JSON.stringify([authority]));
    const settings = {
      SANSDELAI_DATA: folder,
      SANSDELAI_PLATFORMS: write('platforms.yaml', platformsFile(platform.origin)),
      SANSDELAI_ORDERS: write('orders.yaml', 'register: register.json\n'),
      REMOVAL_LEASE: '1s',
    };
    let running: ChildProcess | undefined;
    const kill = async () => {
      if (running?.exitCode !== null || running.signalCode !== null) return;
      const ended = once(running, 'exit');
      running.kill('SIGKILL');
      await ended;
    };
    const begin = async (): Promise<string> => {
      const process_ = spawn(process.execPath, [child, JSON.stringify(settings)], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, ACME_SECRET: secret },
      });
      running = process_;
      const [line] = await once(process_.stdout, 'data');
      return String(line).trim();
    };
    try {
      let url = await begin();
      const key = readFileSync(commandsKeyFile(folder), 'utf8').trim();
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      const text = 'The words of a post that can be looked for on its page.';
      platform.publish('p1', text);
      const post = {
        id: 'p1',
        platform: 'acme',
        url: `${platform.origin}/posts/p1`,
        audience: 'public',
        author: { id: 'a' },
        text,
      };
      const sent = { ...post, createdAt: '2026-05-01T10:00:00Z' };
      expect((await fetch(`${url}/v1/posts`, { method: 'POST', headers, body: JSON.stringify(sent) })).status).toBe(
        202,
      );
      const order = {
        instrument: 'tco',
        reference: 'FR/1',
        issuingState: 'FR',
        issuedAt: '2026-05-01T11:00:00Z',
        legalBasis: 'Article 3',
        authority: { name: 'One' },
        items: [{ url: post.url }],
        types: ['incites'],
        reasons: 'It praises an attack and calls for more of them.',
        redress: { body: 'The court' },
      };
      const jws = await sign({ iat: Math.floor(Date.now() / 1000), jti: 'order-of-tests-1', order });
      const take = () =>
        fetch(`${url}/v1/removal-orders`, {
          method: 'POST',
          headers: { 'content-type': 'application/jose' },
          body: jws,
        });
      const first = await take();
      expect(first.status).toBe(202);
      const acknowledged = (await first.json()) as { id: string; acknowledgement: object };
      await new Promise(resolve => setTimeout(resolve, delay));
      await kill();

      url = await begin();
      const again = await take();
      expect(again.status).toBe(200);
      expect(await again.json()).toMatchObject({ id: acknowledged.id, acknowledgement: acknowledged.acknowledgement });
      await until(() => box.taken.length > 0, 'Annex II');
      const kept = await fetch(`${url}/v1/preserved?order=${acknowledged.id}`, { headers });
      expect(await kept.json()).toMatchObject({ preserved: [{ state: 'kept', n: 1, post: 'p1' }] });
      const shown = await until(async () => {
        const answer = await fetch(`${url}/v1/removal-orders/${acknowledged.id}`, { headers });
        const body = (await answer.json()) as {
          phase: string;
          forms: { sentAt?: string }[];
          events: { type: string }[];
        };
        return body.forms[0]?.sentAt ? body : undefined;
      }, 'the receipt to be stored');
      expect(shown.phase).toBe('executed');
      // Whatever was done twice had the same name, and the order went through each state once.
      expect(new Set(box.taken.map(({ key }) => key)).size).toBe(1);
      expect(shown.events.map(({ type }) => type)).toEqual(['received', 'item-asked', 'item-gone', 'form-sent']);
      expect(platform.pages.get('p1')?.removed).toBe(true);
      expect(platform.callsFor('p1').filter(call => call.did === 'acted')).toHaveLength(1);
    } finally {
      await kill();
      await box.close();
      await platform.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
