import sharp from 'sharp';
import { type Fetcher, startFetcher } from '../../classify/index.js';
import { readCase } from '../../enforce/index.js';
import { readPosts } from '../../ingest/index.js';
import { connectorsOf } from '../../platforms/index.js';
import { Problem, type Runtime, type Stoppable } from '../../runtime/index.js';

/** Larger files are not fetched; larger pictures not decoded. What is shown is no larger than a screen. */
const mostBytes = 20 * 1024 * 1024;
const mostPixels = 50_000_000;
const side = 1_024;
/** Pictures fetched and decoded at a time; the others are asked for again. */
const atOnce = 4;

/** Shows reviewers the pictures of a post: fetched as the signals do, from the platform's own media hosts alone. */
export class ReviewMedia implements Stoppable {
  #fetcher: Fetcher | undefined;
  #busy = 0;
  constructor(private readonly runtime: Runtime) {}

  /** Whether pictures of this platform can be shown. */
  async shows(platform: string): Promise<boolean> {
    return (await connectorsOf(this.runtime)).connectors.get(platform)?.media !== undefined;
  }

  /**
   * The n-th of a case's media, from 1, as a grey JPEG made here: whatever the file says it is, nothing of it but its picture reaches the browser.
   * @throws Problem 404 (none there), 422 (no picture that can be read), 429, 502 (not to be had)
   */
  async read(caseId: string, n: number): Promise<Buffer> {
    const { runtime } = this;
    const row = await readCase(runtime.db, caseId);
    const [stored] = row
      ? await readPosts(runtime.db, [{ platform: row.platform, id: row.post_id, version: row.version }])
      : [];
    const url = stored?.post.media?.[n - 1]?.url;
    const source = row && (await connectorsOf(runtime)).connectors.get(row.platform)?.media;
    if (!url || !source) throw new Problem(404, 'There is no such picture, or it can not be fetched.');
    if (this.#busy >= atOnce) throw new Problem(429, 'Other pictures are on their way.', {}, { 'Retry-After': '1' });
    this.#busy++;
    try {
      this.#fetcher ??= startFetcher({ time: runtime.time, mostBytes });
      const fetched = await this.#fetcher.fetch(url, source);
      if ('problem' in fetched) throw new Problem(502, `The picture could not be fetched: ${fetched.problem}`);
      return await sharp(fetched.bytes, { limitInputPixels: mostPixels, sequentialRead: true })
        .rotate()
        .resize(side, side, { fit: 'inside', withoutEnlargement: true })
        .grayscale()
        .timeout({ seconds: 5 })
        .jpeg({ quality: 75 })
        .toBuffer()
        .catch(() => {
          throw new Problem(422, 'It is no picture that can be read.');
        });
    } finally {
      this.#busy--;
    }
  }

  async stop(): Promise<void> {
    await this.#fetcher?.stop();
  }
}
