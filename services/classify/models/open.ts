import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Time } from '../../runtime/index.js';
import { openChat } from './chat.js';
import type { Declaration } from './declaration.js';
import { checkGolden } from './golden.js';
import { openHttp } from './http.js';
import type { OpenModel } from './model.js';
import { openInference } from './open-inference.js';
import { openLocal } from './thread.js';

/** What a declaration leaves open: posts in a call, and the longest time for one (ms). */
export function limitsOf({ kind, batch, timeoutSeconds }: Declaration): { batch: number; timeout: number } {
  const local = kind === 'tfjs' || kind === 'saved-model';
  return {
    batch: batch ?? (local ? 64 : kind === 'chat' ? 1 : 32),
    timeout: (timeoutSeconds ?? (local ? 5 : 10)) * 1000,
  };
}

export interface Checked {
  model: OpenModel;
  /** Names what was declared and, for models in files, all that is in them. */
  version: string;
  /** It was seen to say the same of a post alone and among others, bit for bit. */
  reproducible: boolean;
}

/**
 * Opens what is declared and puts the golden posts to it.
 * @param text the declaration as it is written, part of the version
 * @throws ModelRefused, DeclarationError, or what kept it from answering; it is closed again
 */
export async function openChecked(
  name: string,
  declared: Declaration,
  text: string,
  folder: string,
  time: Time,
): Promise<Checked> {
  const { batch, timeout } = limitsOf(declared);
  const hash = createHash('sha256').update(text);
  const model = await open();
  try {
    const local = declared.kind === 'tfjs' || declared.kind === 'saved-model';
    if (local) hash.update(model.served() ?? '');
    const reproducible = await checkGolden(model, declared, batch);
    return { model, version: `${name}@${hash.digest('hex').slice(0, 12)}`, reproducible: reproducible === true };
  } catch (error) {
    await model.stop();
    throw error;
  }

  async function open(): Promise<OpenModel> {
    switch (declared.kind) {
      case 'open-inference':
        return openInference(declared, time, timeout);
      case 'http':
        return openHttp(declared, name, time, timeout);
      case 'chat': {
        const policy = declared.policy ?? readFileSync(join(folder, declared.policyFile ?? ''), 'utf8');
        hash.update(policy);
        return openChat(declared, policy, time, timeout);
      }
      default:
        return openLocal(declared, folder, time, timeout);
    }
  }
}
