import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import type { Server } from '../../services/cli/client.js';
import { sendStream } from '../../services/cli/send.js';

export type Wire = Record<string, unknown> & { id: string; platform: string };

/** When a post was sent for the first time, and when it was acknowledged (ms since 1970). */
export interface Sent {
  sentAt: number;
  ackedAt: number;
}

/** How long an installation may take no posts at all. */
const patience = 90_000;

/** Posts that may be on their way: nobody keeps more than he would have to send again. */
const mostUnderWay = 2_000;

interface Waiting {
  line: string;
  sentAt: number;
  done(sent: Sent): void;
}

/** Sends posts as a platform does: one stream for as long as it lasts, then another, which begins with what was not acknowledged. */
export class Sender {
  acknowledged = 0;
  /** Streams that broke off. */
  broken = 0;
  #open = new Map<string, Waiting>();
  #fresh: Waiting[] = [];
  #going = true;
  readonly #running: Promise<void>;

  constructor(private readonly server: Server) {
    this.#running = this.#run();
    this.#running.catch(() => undefined);
  }

  /** Resolves once it is acknowledged. */
  async post(post: Wire): Promise<Sent> {
    while (this.#open.size > mostUnderWay) await Promise.race([pause(5), this.#running]);
    return new Promise(done => {
      const waiting = { line: JSON.stringify(post), sentAt: Date.now(), done };
      this.#open.set(post.id, waiting);
      this.#fresh.push(waiting);
    });
  }

  /** @throws where it has stopped being able to send */
  check(): Promise<void> {
    return Promise.race([this.#running, pause(0)]);
  }

  async stop(): Promise<void> {
    this.#going = false;
    await this.#running;
  }

  async *#lines(): AsyncGenerator<string | undefined> {
    this.#fresh = [];
    for (const { line } of [...this.#open.values()]) yield line;
    // Also with nothing to send: whoever sends the stream finds out then that it has broken off.
    for (; this.#going; await pause(10)) {
      for (const { line } of this.#fresh.splice(0)) yield line;
      yield undefined;
    }
  }

  async #run(): Promise<void> {
    let heardAt = Date.now();
    for (; this.#going || this.#open.size > 0; await pause(50)) {
      try {
        await sendStream(this.server, this.#lines(), ({ id, receipt, error }) => {
          if (error) throw new Error(`not taken: ${JSON.stringify(error)}`);
          const waiting = id === undefined ? undefined : this.#open.get(id);
          if (id === undefined || !receipt || !waiting) return;
          heardAt = Date.now();
          this.#open.delete(id);
          this.acknowledged++;
          waiting.done({ sentAt: waiting.sentAt, ackedAt: heardAt });
        });
      } catch (error) {
        this.broken++;
        if (Date.now() > heardAt + patience) throw error;
      }
    }
  }
}

/** Puts posts where a platform that uses Kafka does: acknowledged once it is durable there. */
export async function openKafka(
  brokers: string,
  prefix: string,
): Promise<{ post(post: Wire): Promise<Sent>; stop(): Promise<void> }> {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const producer: Producer = kafka.producer();
  await producer.connect();
  let batch: { post: Wire; done(sent: Sent): void; failed(error: unknown): void; sentAt: number }[] = [];
  let sending = false;
  const send = async (): Promise<void> => {
    while (batch.length > 0) {
      const some = batch;
      batch = [];
      try {
        const messages = some.map(({ post }) => ({ key: post.id, value: JSON.stringify(post) }));
        await producer.send({ topic: `${prefix}platform-posts`, messages, acks: -1 });
        for (const { done, sentAt } of some) done({ sentAt, ackedAt: Date.now() });
      } catch (error) {
        for (const { failed } of some) failed(error);
      }
    }
    sending = false;
  };
  return {
    post: post =>
      new Promise((done, failed) => {
        batch.push({ post, done, failed, sentAt: Date.now() });
        if (sending) return;
        sending = true;
        void pause(2).then(send);
      }),
    stop: () => producer.disconnect(),
  };
}
