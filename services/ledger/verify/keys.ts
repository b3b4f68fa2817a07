import {
  parseCheckpoint,
  parseNote,
  parseVerifier,
  signedBy,
  timedOf,
  type VerifierKey,
  verifierText,
} from '../log/index.js';
import { CannotCheck, Differs, plain } from './outcome.js';

/** A checkpoint whose signature is right. */
export interface SignedCheckpoint {
  origin: string;
  size: number;
  root: Buffer;
  /** When it was signed, ms since 1970: this is signed too. */
  at: number;
  /** The whole note. */
  note: string;
  /** Where it is from, as it is told. */
  from: string;
  /** The key that signed it. */
  by: string;
}

interface Trusted {
  plain: VerifierKey;
  timed: VerifierKey;
  /** The last size that it signs by itself: its successor signs from there on. */
  until: number;
}

/** More rotations than a log has. */
const mostStatements = 1_000;

/** The verifier keys at the top of a text: a line each, up to the first empty line. @throws CannotCheck */
export function readKeys(text: string, from: string): VerifierKey[] {
  const [top = ''] = text.trimStart().split(/\r?\n\r?\n/);
  const lines = top.split(/\r?\n/).filter(line => line.trim() !== '');
  if (lines.length === 0) throw new CannotCheck(`${from} holds no key`);
  return lines.map(line => {
    try {
      return parseVerifier(line);
    } catch (error) {
      throw new CannotCheck(`${from}: ${plain((error as Error).message)}`);
    }
  });
}

/** The keys that whoever checks trusts: those given, and those that they passed the signing on to. */
export class Keyring {
  #keys: Trusted[] = [];

  /** @param given of either kind: the other follows from it */
  constructor(given: readonly VerifierKey[]) {
    for (const key of given) this.#trust(key);
  }

  get names(): string[] {
    return this.#keys.map(({ plain }) => verifierText(plain));
  }

  #trust(key: VerifierKey): Trusted {
    const both = timedOf(key);
    const known = this.#keys.find(({ timed }) => verifierText(timed) === verifierText(both.timed));
    if (known) return known;
    const added: Trusted = { ...both, until: Number.POSITIVE_INFINITY };
    this.#keys.push(added);
    return added;
  }

  /**
   * Follows statements of rotation (`<origin>\nkey\n<key>\n<first size>\n`, signed by the old key and the new).
   * @param text what `/v1/ledger/keys` answers
   * @returns the keys that came to be trusted by it. What nobody trusted has signed says nothing and is let be.
   */
  learn(text: string): string[] {
    const [, ...parts] = text.replace(/\r\n/g, '\n').split(/\n{2,}/);
    let left: { text: string; note: string }[] = [];
    for (let i = 0; i + 1 < parts.length && left.length < mostStatements; i += 2)
      left.push({ text: `${parts[i]}\n`, note: `${parts[i]}\n\n${parts[i + 1]?.trimEnd()}\n` });
    const learned: string[] = [];
    for (let before = -1; before !== left.length; ) {
      before = left.length;
      left = left.filter(statement => {
        const key = this.#follow(statement.text, statement.note);
        if (key) learned.push(key);
        return !key;
      });
    }
    return learned;
  }

  #follow(text: string, note: string): string | undefined {
    const [origin = '', word, verifier = '', from = '', end, ...more] = text.split('\n');
    if (word !== 'key' || end !== '' || more.length > 0 || !/^(0|[1-9]\d{0,15})$/.test(from)) return undefined;
    try {
      const parsed = parseNote(note);
      const next = parseVerifier(verifier);
      const signer = this.#keys.find(({ plain }) => signedBy(parsed, plain));
      const both = timedOf(next);
      if (!signer || signer.plain.name !== origin || next.name !== origin || !signedBy(parsed, both.plain))
        return undefined;
      if (verifierText(signer.plain) === verifierText(both.plain)) return undefined;
      signer.until = Math.min(signer.until, Number(from));
      this.#trust(next);
      return verifierText(both.plain);
    } catch {
      // Not a statement. It gives no trust to anybody, which is all that it could do.
      return undefined;
    }
  }

  /** The name of the log whose key signed the note; undefined where no trusted key did. */
  signerOf(note: string): string | undefined {
    const parsed = parseNote(note);
    return this.#keys.find(({ plain }) => signedBy(parsed, plain))?.plain.name;
  }

  /**
   * Reads a signed checkpoint.
   * @param from where it is from, as it is told
   * @param now whether it is shown as the log of today: then the newest key must have signed it
   * @throws Differs where it is not signed as it must be
   */
  checkpoint(note: string, from: string, now: boolean): SignedCheckpoint {
    let parsed: ReturnType<typeof parseCheckpoint>;
    let signers: readonly Trusted[];
    try {
      const { text } = parseNote(note);
      parsed = parseCheckpoint(text);
      signers = this.#keys.filter(({ plain }) => signedBy(parseNote(note), plain));
    } catch (error) {
      throw new Differs(`${from}: ${plain((error as Error).message)}`);
    }
    const { origin, size } = parsed;
    const last = signers.at(-1);
    if (!last)
      throw new Differs(
        `${from} is not signed by the key that was given (${this.names.map(plain).join(', ')}): it is another log's, or somebody else made it`,
      );
    if (origin !== last.plain.name)
      throw new Differs(`${from} is of the log ${plain(origin)}, and the key is that of ${plain(last.plain.name)}`);
    if (!Number.isSafeInteger(size)) throw new Differs(`${from} says a size that no log can have`);
    const signer = now ? signers.find(({ until }) => size <= until) : last;
    if (!signer)
      throw new Differs(
        `${from} is signed by a key alone that signs no log of more than ${last.until} entries any more`,
      );
    const at = signedBy(parseNote(note), signer.timed)?.at;
    if (at === undefined) throw new Differs(`${from} has no signed time`);
    return { ...parsed, at, note, from, by: verifierText(signer.plain) };
  }
}
