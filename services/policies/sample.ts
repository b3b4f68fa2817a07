import { createHash } from 'node:crypto';

/** From 0 (in) to 1 (out), the same for the same text at any time on any machine. */
export const unitOf = (text: string): number => createHash('sha256').update(text).digest().readUIntBE(0, 6) / 2 ** 48;

/** Whether a post is in the share that a rule is for: the same posts on every replica, others for another rule. */
export const inSample = (rule: string, platform: string, id: string, share: number): boolean =>
  unitOf(`sample\0${rule}\0${platform}\0${id}`) < share;

/** Whether a canary decides on what this account posts: all of its posts or none, so that a person meets one policy. */
export const inCanary = (version: string, platform: string, author: string, share: number): boolean =>
  unitOf(`canary\0${version}\0${platform}\0${author}`) < share;
