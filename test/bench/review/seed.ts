import { join } from 'node:path';
import { marksOf } from '../../../services/classify/index.js';
import { busKey, type Post } from '../../../services/contracts/index.js';
import { queueTable } from '../../../services/enforce/queue-table.js';
import { marksTable } from '../../../services/enforce/review-tables.js';
import { casesTable } from '../../../services/enforce/tables.js';
import { postsTable } from '../../../services/ingest/tables.js';
import { openSqlite } from '../../../services/runtime/index.js';
import { randomOf, textOf } from '../posts.js';

const atOnce = 2_000;
const hour = 3600_000;
const languages = ['en', 'fr', 'de', 'ar', ''];

/** Fills an installation that was stopped: so many cases that wait, and that were decided, each with its post's marks; of those that wait the posts too. */
export async function seedCases(data: string, open: number, decided: number): Promise<void> {
  const db = await openSqlite(join(data, 'sansdelai.db'));
  const random = randomOf(open + decided);
  const now = Date.now();
  try {
    for (let from = 0; from < open + decided; from += atOnce) {
      const cases: object[] = [];
      const queue: object[] = [];
      const posts: object[] = [];
      const marks: object[] = [];
      for (let n = from; n < Math.min(from + atOnce, open + decided); n++) {
        const waits = n < open;
        const id = `seed-${n}`;
        const opened = waits ? now - 20 * hour + Math.floor((n / open) * 19 * hour) : now - 24 * hour * 30 - n;
        const language = languages[n % languages.length]!;
        // One text in fifty was there before.
        const text = n % 50 === 0 ? textOf(randomOf(Math.floor(n / 5_000)), 300) : textOf(random, 300);
        const post: Post = {
          id,
          platform: 'bench',
          version: 1,
          audience: 'public',
          url: `https://bench.invalid/p/${id}`,
          author: { id: `a${n % 20_000}` },
          createdAt: new Date(opened).toISOString(),
          text: `${n} ${text}`,
          ...(language && { language }),
        };
        const item = busKey(post);
        const end = waits
          ? { state: 'open', decision: null, decided_at: null, decided_by: null, note: null, category: null }
          : {
              state: 'decided',
              decision: n % 3 ? 'remove' : 'keep',
              decided_at: opened + hour,
              decided_by: 'somebody',
            };
        const at = { opened_at: opened, posted_at: opened };
        const about = { item, platform: 'bench', post_id: id, version: 1, url: post.url, author_id: post.author.id };
        const why = { priority: (n % 97) / 97, rule: 'imported-match', reasons: '["It was made for the bench."]' };
        cases.push({ id, ...about, ...why, ...at, route: 'api', flags: '[]', language: language || null, ...end });
        const { same, bands, sketch } = marksOf(text)!;
        const [band1, band2, band3, band4] = bands;
        marks.push({ case_id: id, same, band1, band2, band3, band4, sketch, at: opened });
        if (!waits) continue;
        const slot = Math.floor(opened / 900_000);
        queue.push({
          case_id: id,
          slot,
          rank: -why.priority,
          opened_at: opened,
          language,
          lease_until: 0,
          kind: 'text',
        });
        posts.push({
          ...{
            key: `bench/1/${id}`,
            item,
            version: 1,
            hash: id,
            body: JSON.stringify(post),
            route: 'api',
            flags: '[]',
          },
          ...{ created_at: opened, received_at: opened, deleted_at: null, erases: 0 },
        });
      }
      await db.commit([
        db.insert(casesTable, cases),
        db.insert(marksTable, marks),
        ...(queue.length > 0 ? [db.insert(queueTable, queue), db.insert(postsTable, posts)] : []),
      ]);
    }
  } finally {
    await db.stop();
  }
}
