import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CompactSign, exportJWK, generateKeyPair } from 'jose';
import { ask } from '../../services/cli/client.js';
import { send } from '../distributed/client.js';
import type { Range } from './expected.js';
import type { World } from './world.js';

/** An authority that signs orders, takes answering forms, and remembers when: the load generator's own. */
export interface Authority {
  /** The file for SANSDELAI_ORDERS. */
  settings: string;
  /** The first time at which the forms of each order came, ms since 1970. */
  answers: Map<string, number>;
  sign(order: object): Promise<string>;
  close(): Promise<void>;
}

export async function openAuthority(folder: string): Promise<Authority> {
  const answers: Authority['answers'] = new Map();
  const { publicKey, privateKey } = await generateKeyPair('EdDSA');
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const { references } = JSON.parse(Buffer.concat(chunks).toString()) as { references: { provider: string } };
    if (!answers.has(references.provider)) answers.set(references.provider, Date.now());
    res.end('taken');
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'of-one', alg: 'EdDSA' }];
  const one = { id: 'de-one', name: 'One', state: 'DE', instruments: ['tco'], usualOrdersADay: 100_000 };
  const register = [{ ...one, keys, answersTo: `http://127.0.0.1:${port}/answers` }];
  writeFileSync(join(folder, 'register.json'), JSON.stringify(register));
  const settings = join(folder, 'orders.yaml');
  writeFileSync(settings, 'provider: { name: Acme, homeState: DE, audience: acme }\nregister: register.json\n');
  return {
    settings,
    answers,
    sign(order) {
      const payload = { aud: 'acme', iat: Math.floor(Date.now() / 1000), jti: 'of-an-agreement-run', order };
      return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
        .setProtectedHeader({ alg: 'EdDSA', kid: 'of-one' })
        .sign(privateKey);
    },
    async close() {
      server.closeAllConnections();
      await new Promise(done => server.close(done));
    },
  };
}

/** An order for one post. */
export const orderFor = (url: string, reference: string): object => ({
  instrument: 'tco',
  reference,
  issuingState: 'DE',
  issuedAt: new Date().toISOString(),
  language: 'en',
  legalBasis: 'Regulation (EU) 2021/784, Article 3',
  authority: { name: 'One' },
  items: [{ url }],
  types: ['incites'],
  reasons: 'The story says that it is to go, in so many words.',
  redress: { court: 'the administrative court' },
});

/** Signs an order and sends it, again until that is answered. @returns its id, and from when to when it was received for the first time */
export async function sendOrder(w: World, order: object): Promise<{ id: string; received: Range }> {
  const body = await w.authority.sign(order);
  const least = Date.now();
  const headers = { 'content-type': 'application/jose' };
  const orders = w.on.of('orders')[0].url;
  return w.insist(async () => {
    const res = await fetch(`${orders}/v1/removal-orders`, { method: 'POST', headers, body });
    const answer = (await res.json()) as { id: string; automatic: boolean };
    if (!res.ok || !answer.automatic)
      throw new Error(`the order was answered ${res.status}: ${JSON.stringify(answer)}`);
    return { id: answer.id, received: { least, most: Date.now() } };
  });
}

/** Waits until Annex II of an order is sent. @returns from when to when it was */
export async function answered(w: World, id: string): Promise<Range> {
  const server = { url: w.on.of('orders')[0].url, key: w.on.key };
  const most = await w.insist(async () => {
    const { forms } = await ask<{ forms: { sentAt?: string }[] }>(server, `/v1/removal-orders/${id}`);
    if (!forms[0]?.sentAt) throw new Error(`order ${id} is not answered`);
    return Date.now();
  });
  // The first time that it came; where the process died before it wrote that down, it came once more.
  return { least: w.authority.answers.get(id) as number, most };
}

/** A court annuls it. @returns from when to when */
export async function annul(w: World, id: string): Promise<Range> {
  const server = { url: w.on.of('orders')[0].url, key: w.on.key };
  const least = Date.now();
  await w.insist(async () => {
    const { finality } = await ask<{ finality: string }>(server, `/v1/removal-orders/${id}`);
    if (finality === 'annulled') return;
    await send(server, `/v1/removal-orders/${id}/events`, {
      type: 'annulled',
      note: 'The court of the story says so.',
    });
  });
  return { least, most: Date.now() };
}
