import { Secret, TOTP } from 'otpauth';
import type { Runtime } from '../runtime/index.js';
import type { AccountRows, PersonRow } from './tables.js';

/** One-time codes after RFC 6238, as every authenticator app takes them: six digits, thirty seconds, SHA-1. */
const period = 30;
const totpOf = (person: string, secret: string): TOTP =>
  new TOTP({ issuer: 'Sans Délai', label: person, secret: Secret.fromBase32(secret), digits: 6, period });

/** A new secret, and the address that an app reads from it. It counts once a code of it was given. */
export function newTotp(person: string): { secret: string; address: string } {
  const secret = new Secret({ size: 20 }).base32;
  return { secret, address: totpOf(person, secret).toString() };
}

/**
 * Whether a code is good now (or one step off), and was not used before: then it is used.
 * @param person with the secret, confirmed or not
 */
export async function spendCode({ db, time }: Runtime, person: PersonRow, code: string): Promise<boolean> {
  if (person.totp === null || !/^\d{6}$/.test(code)) return false;
  const now = time.now();
  const delta = totpOf(person.name, person.totp).validate({ token: code, timestamp: now, window: 1 });
  if (delta === null) return false;
  const step = Math.floor(now / 1000 / period) + delta;
  const query = db
    .tables<AccountRows>()
    .updateTable('people')
    .set({ totp_step: step, totp_confirmed_at: person.totp_confirmed_at ?? now })
    .where('name', '=', person.name)
    .where('totp', '=', person.totp)
    .where(row => row.or([row('totp_step', 'is', null), row('totp_step', '<', step)]));
  const [result] = await db.commit([{ query }]);
  return (result?.affected ?? 0) > 0;
}
