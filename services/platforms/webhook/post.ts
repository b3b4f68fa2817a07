import { z } from 'zod';
import { isoTime, type Runtime } from '../../runtime/index.js';
import { postJson } from '../call.js';
import { signed } from './deliver.js';
import type { WebhookPlatform } from './settings.js';

const answer = z.object({ id: z.string().min(1).max(512) });

/** Has the platform publish a text as an account of its own. @returns the post's id. @throws Error why it did not */
export async function postAs(
  { time }: Runtime,
  platform: WebhookPlatform,
  { account, postUrl }: NonNullable<WebhookPlatform['probe']>,
  text: string,
): Promise<{ id: string }> {
  const at = time.now();
  const data = { platform: platform.name, account, text };
  const body = JSON.stringify({ type: 'item.post', timestamp: isoTime(at), data });
  const headers = signed(platform, `msg_${time.secret(20)}`, body, at);
  const reply = await postJson(postUrl, body, headers, { time, timeout: platform.timeoutSeconds * 1000 });
  if (reply.failure !== undefined) throw new Error(`${platform.name} was not posted to: ${reply.failure}`);
  const { status = 0, excerpt } = reply;
  if (status < 200 || status > 299) throw new Error(`${platform.name} answered ${status}: ${excerpt}`);
  const { data: made } = answer.safeParse(parsed(reply.body));
  if (!made) throw new Error(`${platform.name} answered without the id of its post: ${excerpt}`);
  return made;
}

function parsed(body: string | undefined): unknown {
  try {
    return JSON.parse(body ?? '');
  } catch {
    return undefined;
  }
}
