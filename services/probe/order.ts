import { CompactSign, exportJWK, generateKeyPair } from 'jose';
import { readAssessment } from '../classify/index.js';
import { probePlatform } from '../clocks/index.js';
import { readItem } from '../enforce/index.js';
import { isoTime, type Runtime } from '../runtime/index.js';
import type { Look, Route } from './route.js';

const patience = 10_000;
/** Pause between two looks whether the post has been taken in, ms. */
const glance = 25;
/** Harmless: nothing but the order is to remove it. */
const text = 'The reading group meets on Thursday at seven; tea and biscuits as ever. (probe)';

/** Not read with this file: orders stand on the ledger, and the ledger tells the probe's figures. */
const ofOrders = () => import('../orders/index.js');

/** Signs as the authority of the hidden sandbox, with a key that no other process has and no disk keeps. */
async function openSigner(runtime: Runtime): Promise<(url: string) => Promise<string>> {
  const { db, time } = runtime;
  const { keepSandboxKey, sandboxAuthority, sandboxState } = await ofOrders();
  const { publicKey, privateKey } = await generateKeyPair('EdDSA');
  const kid = `${sandboxAuthority}/${time.uuid()}`;
  const key = { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA' };
  return async url => {
    await db.commit([keepSandboxKey(runtime, key)]);
    const now = time.now();
    const seconds = Math.floor(now / 1000);
    const reference = `PROBE/${time.uuid()}`;
    const order = {
      instrument: 'tco',
      reference,
      issuingState: sandboxState,
      issuedAt: isoTime(now),
      language: 'en',
      legalBasis: 'none: the probe orders what it wrote itself',
      authority: { name: "The sandbox's authority", kind: 'other' },
      items: [{ url }],
      types: ['incites'],
      reasons: 'None: the probe looks whether an order is executed and answered.',
      redress: { body: 'none', court: 'none', deadline: 'none' },
    };
    const payload = { aud: sandboxAuthority, iat: seconds, exp: seconds + 60, jti: reference, order };
    const jws = await new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'EdDSA', kid })
      .sign(privateKey);
    return jws;
  };
}

/**
 * A removal order from its receipt to Annex II: of a page that the probe has on the hidden sandbox, by that sandbox's own authority. It counts from the
 * moment at which the order is sent.
 * @param takesOrders where orders are sent
 * @param publish writes on the hidden sandbox
 */
export function orderRoute(
  runtime: Runtime,
  takesOrders: string,
  publish: (text: string) => Promise<{ id: string; url: string }>,
): Route {
  const { db, time } = runtime;
  let signer: ReturnType<typeof openSigner> | undefined;

  async function assessed(id: string): Promise<void> {
    for (const until = time.now() + patience; ; await time.sleep(glance)) {
      const [found] = await readAssessment(db, probePlatform, id);
      if (found) return;
      if (time.now() >= until)
        throw new Error(`what is to be ordered gone was not taken in within ${patience / 1000} s`);
    }
  }

  return {
    name: 'order',
    end: 'answered',
    async write() {
      signer ??= openSigner(runtime);
      const { id, url } = await publish(text);
      await assessed(id);
      const jws = await (await signer)(url);
      const from = time.now();
      const res = await fetch(takesOrders, {
        method: 'POST',
        headers: { 'Content-Type': 'application/jose' },
        body: jws,
        signal: AbortSignal.timeout(patience),
      });
      const answer = await res.text();
      if (res.status !== 202) throw new Error(`the order was answered ${res.status}: ${answer.slice(0, 200)}`);
      const order = JSON.parse(answer) as { id: string };
      const { readOrderProgress } = await ofOrders();
      const look: Look = async () => {
        const [progress, { removal }] = await Promise.all([
          readOrderProgress(runtime, order.id),
          readItem(db, probePlatform, id),
        ]);
        return {
          received: progress?.receivedAt,
          called: removal?.called_at ?? undefined,
          gone: progress?.goneAt,
          answered: progress?.answeredAt,
        };
      };
      return { look, from };
    },
  };
}
