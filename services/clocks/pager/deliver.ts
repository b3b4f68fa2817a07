import { createTransport } from 'nodemailer';
import { Webhook } from 'standardwebhooks';
import { request } from 'undici';
import { type Config, isoTime, type Time } from '../../runtime/index.js';
import type { Contact } from './contacts.js';

/** Longest time (ms) for each step of a delivery. */
const patience = 10_000;

export interface Message {
  /** The same for every try of one turn: `webhook-id`, and the mail's Message-ID. */
  id: string;
  subject: string;
  text: string;
  /** Body of the webhook. */
  data: Record<string, unknown>;
}

/** Brings a message to a contact. @throws where nobody took it, with the reason. */
export type Deliver = (contact: Contact, message: Message) => Promise<void>;

/** POSTs JSON, signed after Standard Webhooks where there is a secret. @throws unless the answer is 2xx. */
export async function post(
  url: string,
  id: string,
  body: unknown,
  time: Time,
  secret: string | undefined,
): Promise<void> {
  const payload = JSON.stringify(body);
  const at = new Date(time.now());
  const signed = secret
    ? {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign(id, at, payload),
      }
    : {};
  const answer = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'sansdelai', ...signed },
    body: payload,
    headersTimeout: patience,
    bodyTimeout: patience,
  });
  await answer.body.dump();
  if (answer.statusCode < 200 || answer.statusCode > 299) throw new Error(`answered ${answer.statusCode}`);
}

export function createDeliver(config: Config, time: Time): Deliver {
  const mail = config.PAGER_SMTP_URL
    ? createTransport({
        url: config.PAGER_SMTP_URL,
        connectionTimeout: patience,
        greetingTimeout: patience,
        socketTimeout: patience,
        disableFileAccess: true,
        disableUrlAccess: true,
      })
    : undefined;
  const domain = config.PAGER_FROM.replace(/^.*@/, '').replace(/[^A-Za-z0-9.-]/g, '') || 'localhost';
  return async (contact, { id, subject, text, data }) => {
    if (contact.kind === 'webhook') {
      const body = { type: 'page.v1', timestamp: isoTime(time.now()), data };
      return post(contact.url, id, body, time, config.PAGER_WEBHOOK_SECRET);
    }
    if (!mail) throw new Error('PAGER_SMTP_URL is not set');
    await mail.sendMail({
      messageId: `<${id}@${domain}>`,
      from: config.PAGER_FROM,
      to: contact.address,
      subject,
      text,
      priority: 'high',
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
  };
}
