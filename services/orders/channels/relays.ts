import { problemsOf, type Time } from '../../runtime/index.js';
import { type OrderContent, orderSchema } from '../annex-one.js';
import type { AnswerForm } from '../answers.js';
import { sha256 } from '../intake.js';
import type { Channel } from './channel.js';

/** One message of a relay, as its client (which is not part of this project) hands it over. */
export interface RelayMessage {
  id: string;
  /** When the relay delivered it: the legal clock starts then. */
  deliveredAt: number;
  /** JSON of an order. */
  body: string;
}

/** The client of a relay: Europol's PERCI, or an e-CODEX access point. Neither has a public interface; whoever has one plugs it in here. */
export interface RelayClient {
  pull(signal: AbortSignal): Promise<readonly RelayMessage[]>;
  confirm(id: string, orderId: string): Promise<void>;
  /** What can't be read is told to the other side, and stays there. */
  reject(id: string, reason: string): Promise<void>;
  send(form: AnswerForm): Promise<string>;
}

const mostBytes = 1024 ** 2;

function contentOf(body: string): OrderContent | string {
  if (body.length > mostBytes) return `it is larger than ${mostBytes} bytes`;
  try {
    const parsed = orderSchema.safeParse(JSON.parse(body));
    return parsed.success
      ? parsed.data
      : problemsOf(parsed.error)
          .map(({ path, message }) => `${path}: ${message}`)
          .join('; ');
  } catch {
    return 'it is not JSON';
  }
}

/** Untested: no relay was at hand. Orders from it always go to a person, since the relay's word for the authority is not a signature that we checked. */
function relay(name: string, client: RelayClient, time: Time, pause: number): Channel {
  return {
    name,
    tested: false,
    send: form => client.send(form),
    async receive(take, signal) {
      while (!signal.aborted) {
        for (const { id, deliveredAt, body } of await client.pull(signal)) {
          const content = contentOf(body);
          if (typeof content === 'string') {
            await client.reject(id, content);
            continue;
          }
          const receivedAt = Math.min(deliveredAt, time.now());
          const taken = await take({ channel: name, content, hash: sha256(body), receivedAt, by: name });
          await client.confirm(id, taken.id);
        }
        await time.sleep(pause, signal);
      }
    },
  };
}

/** Europol's platform for orders and referrals. Untested. */
export const perci = (client: RelayClient, time: Time, pause = 5_000): Channel => relay('perci', client, time, pause);

/** An access point of e-CODEX. Untested. */
export const eCodex = (client: RelayClient, time: Time, pause = 5_000): Channel =>
  relay('e-codex', client, time, pause);
