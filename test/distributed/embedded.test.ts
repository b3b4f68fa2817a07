import { standardTestPost } from '../../services/platforms/index.js';
import { publicly, write } from './client.js';
import { readSqlite } from './record.js';
import { scenarios } from './scenarios.js';

describe('everything in one process', () => {
  scenarios(
    async () => ({ settings: {}, groups: [[]], record: ({ data }) => readSqlite(data) }),
    scenario => {
      scenario('a second process on the same data is refused, and disturbs nobody', async ({ on }) => {
        const second = on.beside('second');
        second.spawn();
        expect(await second.exited()).toMatchObject({ code: 2 });
        expect(second.log()).toContain('Another process is using the data directory');
        await publicly(on, await write(on, standardTestPost), 410);
      });
    },
  );
});
