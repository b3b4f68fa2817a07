import type { Kept, KnownEntry } from './entry-table.js';
import type { Banks } from './follow.js';
import { Files, Pictures } from './hashes.js';
import { Links } from './links.js';
import { Texts } from './texts.js';

/** All entries in memory, of every kind. */
export class Known {
  #texts = new Texts();
  readonly #links = new Links();
  readonly #pictures = new Pictures();
  readonly #files = { sha256: new Files(), md5: new Files() };

  /** @param now milliseconds since 1970: what is expired is not found. */
  constructor(private readonly now: () => number) {}

  /** Takes an entry in, or what is new of it. */
  put(row: Kept): void {
    if (row.kind === 'text') this.#texts.put(row);
    else if (row.kind === 'link') this.#links.put(row);
    else if (row.kind === 'pdq') this.#pictures.put(row);
    else this.#files[row.kind].put(row);
  }

  take(row: Kept): void {
    if (row.kind === 'text') this.#texts.take(row.id);
    else if (row.kind === 'link') this.#links.take(row);
    else if (row.kind === 'pdq') this.#pictures.take(row.id);
    else this.#files[row.kind].take(row.id);
  }

  /** Whether most of the index of texts is gone, so that it pays to build it anew. */
  get stale(): boolean {
    return this.#texts.stale;
  }

  /** An index of texts to be filled, then handed to `replace`. */
  fresh(): { texts: Texts; put: (row: Kept) => void } {
    const texts = new Texts();
    return { texts, put: row => texts.put(row) };
  }

  replace(texts: Texts): void {
    this.#texts = texts;
  }

  lookups(): Pick<Banks, 'exact' | 'near' | 'links' | 'media'> {
    const acting = ({ expiresAt }: KnownEntry): boolean => expiresAt > this.now();
    return {
      exact: units => this.#texts.exact(units).filter(acting),
      near: units => this.#texts.near(units).filter(({ entry }) => acting(entry)),
      links: key => this.#links.find(key).filter(acting),
      media: async ({ pdq, sha256, md5 }) =>
        [
          ...(pdq === undefined ? [] : this.#pictures.find(pdq)),
          ...(sha256 === undefined ? [] : this.#files.sha256.find(sha256)),
          ...(md5 === undefined ? [] : this.#files.md5.find(md5)),
        ].filter(({ entry }) => acting(entry)),
    };
  }
}
