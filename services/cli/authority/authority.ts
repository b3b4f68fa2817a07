import { CompactSign, generateKeyPair, importJWK, type JWK } from 'jose';
import type { OrderContent } from '../../orders/index.js';
import { isoTime, realTime } from '../../runtime/index.js';
import type { Server } from '../client.js';
import type { Answered, Box } from './box.js';
import type { Secrets } from './folder.js';

/** A public post that an order may be about. */
export interface Target {
  url: string;
  /** On the sandbox: its id. */
  id?: string;
}

/** What the installation answered. */
export interface Reply {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the other side says
  body: any;
  sentAt: number;
  /** How long its answer took, ms. */
  ms: number;
}

interface Signing {
  claims?: object;
  header?: object;
  /** Whose key: the authority's, the one's that was taken out, a stranger's; the authority's with a word changed afterwards; none at all. */
  with?: 'good' | 'revoked' | 'stranger' | 'tampered' | 'nobody';
}

const glance = 40;
const gone = new Set([404, 410, 451]);

/** Acts as an authority does that has no more access than its keys give: it signs, sends, looks at public pages, and takes answers. */
export class Authority {
  readonly #run = realTime.secret(6);
  #made = 0;

  constructor(
    readonly url: string,
    private readonly secrets: Secrets,
    readonly box: Box,
    /** Posts that may be removed, where the sandbox is not used. */
    private readonly given: Target[] | undefined,
    /** May read posts and enter what the desk enters; some cases need it. */
    readonly desk: Server | undefined,
    /** How long it waits for anything, ms. */
    readonly patience: number,
  ) {}

  /** @throws Error where no post is left, or the sandbox takes none */
  async target(): Promise<Target> {
    if (this.given) {
      const next = this.given.shift();
      if (!next) throw new Error('no post is left that may be removed: give more of them');
      return next;
    }
    const text = `A post of the authority simulator, ${this.#run}-${this.#made++}: the words of this page are to be gone.`;
    const res = await fetch(`${this.url}/sandbox/posts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text, author: 'simulator' }),
    });
    if (res.status !== 201)
      throw new Error(`the sandbox answered ${res.status}: give posts that may be removed (--posts)`);
    const { id, url } = (await res.json()) as { id: string; url: string };
    await this.#takenIn(id);
    return { id, url };
  }

  /** An order names what was taken in; what was only just written is on its way. */
  async #takenIn(id: string): Promise<void> {
    if (!this.desk) return realTime.sleep(1_500);
    await this.until(async () => {
      const res = await fetch(`${this.url}/v1/posts/${id}?platform=sandbox`, { headers: this.#deskHeaders() });
      await res.body?.cancel();
      if (res.status !== 200 && res.status !== 404) throw new Error(`the key may not read posts: ${res.status}`);
      return res.ok || undefined;
    });
  }

  #deskHeaders(): Record<string, string> {
    return { authorization: `Bearer ${this.desk?.key}`, 'content-type': 'application/json' };
  }

  /** What an order says that lacks nothing. */
  order(targets: readonly Target[], change: Partial<OrderContent> = {}): OrderContent {
    return {
      instrument: 'tco',
      reference: `SIM/${this.#run}/${this.#made++}`,
      issuingState: this.secrets.state,
      issuedAt: isoTime(realTime.now() - 60_000),
      language: 'en',
      legalBasis: 'Regulation (EU) 2021/784, Article 3',
      authority: {
        name: 'Simulated authority',
        kind: 'law-enforcement',
        file: 'SIM-1',
        email: 'simulated@example.org',
      },
      items: targets.map(({ url }) => ({ url })),
      types: ['incites'],
      reasons: 'A simulated order: these reasons only are as long as reasons have to be.',
      redress: { body: 'The administrative court', court: 'Paris', deadline: 'two months' },
      ...change,
    };
  }

  async sign(order: unknown, { claims = {}, header = {}, with: whose = 'good' }: Signing = {}): Promise<string> {
    const seconds = Math.floor(realTime.now() / 1000);
    const { audience: aud } = this.secrets;
    const jti = `simulated-${this.#run}-${this.#made++}`;
    const payload = { aud, iat: seconds, exp: seconds + 3600, jti, order, ...claims };
    const jwk: JWK = whose === 'revoked' ? this.secrets.revoked : this.secrets.good;
    const key = whose === 'stranger' ? (await generateKeyPair('EdDSA')).privateKey : await importJWK(jwk, 'EdDSA');
    const jws = await new CompactSign(Buffer.from(JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'EdDSA', kid: String(jwk.kid), ...header })
      .sign(key);
    const [head, body = '', signature] = jws.split('.');
    if (whose === 'nobody') {
      const unsigned = Buffer.from(JSON.stringify({ alg: 'none', kid: jwk.kid })).toString('base64url');
      return [unsigned, body, ''].join('.');
    }
    if (whose !== 'tampered') return jws;
    const other = Buffer.from(body, 'base64url').toString().replace('A simulated order', 'A different order');
    return [head, Buffer.from(other).toString('base64url'), signature].join('.');
  }

  async #post(path: string, headers: Record<string, string>, body: string): Promise<Reply> {
    const sentAt = realTime.now();
    const from = realTime.steady();
    const res = await fetch(`${this.url}${path}`, { method: 'POST', headers, body });
    const text = await res.text();
    const ms = realTime.steady() - from;
    const isJson = /^application\/(\w+\+)?json\b/.test(res.headers.get('content-type') ?? '');
    return { status: res.status, body: isJson ? JSON.parse(text) : text, sentAt, ms };
  }

  sendSigned(jws: string): Promise<Reply> {
    return this.#post('/v1/removal-orders', { 'content-type': 'application/jose' }, jws);
  }

  send: (order: unknown, signing?: Signing) => Promise<Reply> = async (order, signing) =>
    this.sendSigned(await this.sign(order, signing));

  /** What a person of the desk enters. */
  enter(path: string, body: unknown): Promise<Reply> {
    return this.#post(path, this.#deskHeaders(), JSON.stringify(body));
  }

  /** Whether a stranger can read the page. */
  async readable({ url }: Target): Promise<boolean> {
    const res = await fetch(url);
    await res.body?.cancel();
    return !gone.has(res.status);
  }

  /** Resolves with how long after `from` the last of the pages was seen gone; undefined where patience ran out. */
  async untilGone(targets: readonly Target[], from: number): Promise<number | undefined> {
    for (const target of targets)
      if (!(await this.until(async () => !(await this.readable(target)) || undefined))) return undefined;
    return realTime.now() - from;
  }

  /** Resolves with the form that answers the order; undefined where patience ran out. */
  untilAnswered(order: string, form = 'II'): Promise<Answered | undefined> {
    return this.until(async () => this.box.of(order).find(one => one.form === form));
  }

  /** The first value that is not undefined; undefined where patience ran out. */
  async until<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
    for (const end = realTime.now() + this.patience; ; await realTime.sleep(glance)) {
      const found = await look();
      if (found !== undefined || realTime.now() > end) return found;
    }
  }
}
