import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';

/** The secret side of a simulated authority. */
export interface Secrets {
  /** Where answering forms are taken, as the register says it. */
  answersTo: string;
  /** Whom its orders name as addressee. */
  audience: string;
  /** State of the authority whose key is good. */
  state: string;
  /** Private keys, with their names: of an authority that may order, and of one that may no more. */
  good: JWK;
  revoked: JWK;
}

const secretsFile = 'keys.json';

async function newKey(kid: string): Promise<{ secret: JWK; open: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const named = { kid, alg: 'EdDSA' };
  return {
    secret: { ...(await exportJWK(privateKey)), ...named },
    open: { ...(await exportJWK(publicKey)), ...named },
  };
}

/**
 * Makes a folder with an authority of its own: `orders.yaml` and `register.json` for the installation (`SANSDELAI_ORDERS`), and `keys.json`, with which whoever
 * has it orders. What is there already is left as it is.
 * @returns false where it was there
 */
export async function makeFolder(folder: string, answersTo: string): Promise<boolean> {
  if (existsSync(join(folder, secretsFile))) return false;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const [good, revoked] = [await newKey('simulated-key'), await newKey('simulated-old-key')];
  const [state, audience] = ['FR', 'simulated-provider'];
  const register = [
    {
      id: 'simulated',
      name: 'Simulated authority',
      state,
      instruments: ['tco', 'dsa9'],
      keys: [good.open],
      answersTo,
      usualOrdersADay: 100_000,
    },
    {
      id: 'simulated-old',
      name: 'Simulated authority that was taken out',
      state,
      instruments: ['tco'],
      keys: [revoked.open],
      revoked: true,
    },
  ];
  const settings = [
    'provider:',
    '  name: The provider',
    '  homeState: DE',
    '  contact: orders@provider.example',
    '  authorisedPerson: A. Example',
    '  languages: [en, fr, de]',
    `  audience: ${audience}`,
    'register: register.json',
    '',
  ];
  writeFileSync(join(folder, 'register.json'), `${JSON.stringify(register, null, 2)}\n`);
  writeFileSync(join(folder, 'orders.yaml'), settings.join('\n'));
  const secrets: Secrets = { answersTo, audience, state, good: good.secret, revoked: revoked.secret };
  // Last: with it the folder is whole.
  writeFileSync(join(folder, secretsFile), `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return true;
}

/** @throws Error that says what to do where the folder is not one of these */
export function openFolder(folder: string): Secrets {
  try {
    return JSON.parse(readFileSync(join(folder, secretsFile), 'utf8')) as Secrets;
  } catch {
    throw new Error(`${folder} holds no keys of an authority. Make some: "sansdelai authority-simulator --make".`);
  }
}
