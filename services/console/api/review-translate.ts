import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { postJson } from '../../platforms/index.js';
import { Problem, type Runtime } from '../../runtime/index.js';

/** Longest text that is sent, and longest wait for an answer. */
const mostText = 20_000;
const timeout = 15_000;
const atOnce = 4;
const answerSchema = z.object({ text: z.string().max(200_000), from: z.string().max(35).optional() });

/** Asks the operator's own service to translate a text. What comes back is shown beside the original, never instead of it. */
export class Translator {
  #busy = 0;
  constructor(private readonly runtime: Runtime) {}

  get set(): boolean {
    return this.runtime.config.TRANSLATE_URL !== undefined;
  }

  /** @throws Problem 404 (none is set), 429, 502 (no answer that can be used) */
  async translate(text: string, from: string | undefined, to: string): Promise<{ text: string; whole: boolean }> {
    const { config, time } = this.runtime;
    if (!config.TRANSLATE_URL) throw new Problem(404, 'Nothing translates here: see TRANSLATE_URL.');
    if (this.#busy >= atOnce) throw new Problem(429, 'Other texts are being translated.', {}, { 'Retry-After': '2' });
    this.#busy++;
    try {
      const body = JSON.stringify({ text: text.slice(0, mostText), from: from ?? null, to });
      const reply = await postJson(config.TRANSLATE_URL, body, this.#sign(body), { time, timeout });
      if (reply.failure !== undefined || reply.status !== 200)
        throw new Problem(502, `The translation service answered: ${reply.failure ?? reply.status}`);
      const answer = answerSchema.safeParse(parsed(reply.body));
      if (!answer.success) throw new Problem(502, 'The translation service answered something else than {text}.');
      return { text: answer.data.text, whole: text.length <= mostText };
    } finally {
      this.#busy--;
    }
  }

  #sign(body: string): Record<string, string> {
    const { TRANSLATE_SECRET: secret } = this.runtime.config;
    if (!secret) return {};
    const id = this.runtime.time.uuid();
    const at = new Date(this.runtime.time.now());
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, at, body),
    };
  }
}

function parsed(body: string | undefined): unknown {
  try {
    return JSON.parse(body ?? '');
  } catch {
    return undefined;
  }
}
