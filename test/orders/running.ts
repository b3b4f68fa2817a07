import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CompactSign, exportJWK, generateKeyPair } from 'jose';
import { type Platform, platformsFile, policyFile, secret, startPlatform } from '../enforce/platform.js';
import { ForwardTime, newFolder, type Running, start } from '../ingest/installation.js';
import { until } from '../until.js';

/** An address of an authority that takes answering forms. */
export async function answersBox() {
  const taken: { key: string; form: Record<string, unknown> }[] = [];
  const state = { away: false };
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    if (state.away) return void res.writeHead(503).end('later');
    taken.push({ key: String(req.headers['idempotency-key']), form: JSON.parse(Buffer.concat(chunks).toString()) });
    res.writeHead(200).end('received');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    taken,
    state,
    url: `http://127.0.0.1:${port}/answers`,
    close: () => new Promise<void>(resolve => void server.close(() => resolve())),
  };
}

const pair = await generateKeyPair('EdDSA', { extractable: true });
const other = await generateKeyPair('EdDSA', { extractable: true });

/** Signs as the authority of the register does. */
export const sign = (payload: object, header: object = {}, key = pair.privateKey): Promise<string> =>
  new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'EdDSA', kid: 'key-1', ...header })
    .sign(key);
export const publicKey = async () => ({ ...(await exportJWK(pair.publicKey)), kid: 'key-1', alg: 'EdDSA' });

export interface Scene extends Running {
  platform: Platform;
  time: ForwardTime;
  box: Awaited<ReturnType<typeof answersBox>>;
  /** Publishes a post on the platform and sends it in. Resolves with its id once it was taken. */
  post(more?: Record<string, unknown>): Promise<string>;
  /** The public address of a post. */
  address(id: string): string;
  sendRaw(jws: string): Promise<{ status: number; body: Body }>;
  order(id: string, more?: Record<string, unknown>): Record<string, unknown>;
  /** Sends an order that is signed with a key of the register (or another), and answers. */
  send(
    order: unknown,
    more?: { claims?: object; header?: object; with?: 'other' },
  ): Promise<{ status: number; body: Body }>;
  phase(id: string, phase: string): Promise<Body>;
  writeRegister(change?: object): void;
  end(keep?: boolean): Promise<void>;
}
// biome-ignore lint/suspicious/noExplicitAny: JSON of all sorts
export type Body = any;

let made = 0;

export async function openScene(
  settings: Record<string, string> = {},
  {
    folder = newFolder(),
    platform: given = undefined as Platform | undefined,
    yaml = '',
    classify = false,
    more = [] as string[],
  } = {},
): Promise<Scene> {
  const platform = given ?? (await startPlatform());
  const box = await answersBox();
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'key-1', alg: 'EdDSA' };
  const revokedJwk = { ...(await exportJWK(other.publicKey)), kid: 'key-2', alg: 'EdDSA' };
  const entries = [
    {
      id: 'fr-one',
      name: 'One',
      state: 'FR',
      instruments: ['tco'],
      keys: [jwk],
      answersTo: box.url,
      usualOrdersADay: 50,
    },
    { id: 'de-old', name: 'Old', state: 'DE', instruments: ['tco'], keys: [revokedJwk], revoked: true },
    { id: 'fr-cert', name: 'Certified', state: 'FR', instruments: ['tco'], certificates: ['ab'.repeat(32)] },
  ];
  const writeRegister = (change: object = {}) =>
    void write('register.json', JSON.stringify([{ ...entries[0], ...change }, ...entries.slice(1)]));
  writeRegister();
  process.env.ACME_SECRET = secret;
  const time = new ForwardTime();
  const running = await start(
    {
      SANSDELAI_PLATFORMS: write('platforms.yaml', platformsFile(platform.origin)),
      SANSDELAI_POLICY: write('policy.yaml', policyFile),
      SANSDELAI_ORDERS: write(
        'orders.yaml',
        `provider:\n  name: Acme\n  homeState: DE\n  audience: acme\n  languages: [en, fr]\nregister: register.json\n${yaml}`,
      ),
      LOOK_TIMEOUT: '1s',
      ...settings,
    },
    {
      services: ['ingest', ...(classify ? ['classify'] : []), 'orders', 'enforce', 'clocks', 'ledger', ...more],
      folder,
      time,
    },
  );
  const scene: Scene = {
    ...running,
    platform,
    time,
    box,
    writeRegister,
    address: id => `${platform.origin}/posts/${id}`,
    async post(more = {}) {
      const id = `ordered-${process.pid}-${made++}`;
      const text = `The words of ${id}, which can be looked for on its page.`;
      platform.publish(id, text);
      const { status, body } = await running.call('POST', '/v1/posts', {
        id,
        platform: 'acme',
        url: scene.address(id),
        audience: 'public',
        author: { id: 'somebody' },
        ...((more.audience ?? 'public') === 'public' ? { text } : {}),
        createdAt: new Date(time.now() - 1_000).toISOString(),
        ...more,
      });
      if (status !== 202) throw new Error(JSON.stringify(body));
      return id;
    },
    order: (id, more = {}) => ({
      instrument: 'tco',
      reference: `FR/${process.pid}/${made++}`,
      issuingState: 'FR',
      issuedAt: new Date(time.now() - 60_000).toISOString(),
      language: 'en',
      legalBasis: 'Regulation (EU) 2021/784, Article 3',
      authority: { name: 'One', kind: 'law-enforcement', email: 'one@example.org', file: 'F-1' },
      items: [{ url: scene.address(id) }],
      types: ['incites'],
      reasons: 'It praises an attack and calls for more of them, in so many words.',
      redress: { body: 'The administrative court', court: 'Paris', deadline: 'two months' },
      ...more,
    }),
    async send(order, { claims = {}, header = {}, with: which } = {}) {
      const seconds = Math.floor(time.now() / 1000);
      const payload = {
        aud: 'acme',
        iat: seconds,
        exp: seconds + 3600,
        jti: `order-of-tests-${made++}`,
        order,
        ...claims,
      };
      const jws = await sign(payload, header, which === 'other' ? other.privateKey : pair.privateKey);
      return scene.sendRaw(jws);
    },
    async sendRaw(jws: string) {
      const answer = await fetch(`${running.url}/v1/removal-orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/jose' },
        body: jws,
      });
      return { status: answer.status, body: await answer.json() };
    },
    phase: (id, phase) =>
      until(async () => {
        const { body } = await running.call('GET', `/v1/removal-orders/${id}`);
        return body.phase === phase ? body : undefined;
      }, `order ${id} to be ${phase}`),
    async end(keep = false) {
      await running.stop(keep);
      await box.close();
      if (!given) await platform.close();
    },
  };
  return scene;
}
