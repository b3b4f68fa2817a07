import { ask, serverOf } from './client.js';

/** `sansdelai explain ID --platform NAME`: where a post stands, as the API says it. */
export async function explainCommand(id: string, platform: string): Promise<void> {
  const told = await ask<unknown>(
    serverOf(process.env),
    `/v1/posts/${encodeURIComponent(id)}?platform=${encodeURIComponent(platform)}`,
  );
  process.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
}
