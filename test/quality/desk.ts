import { quality } from '../../services/enforce/index.js';
import { addPerson, type Browser, logIn } from '../accounts/browser.js';
import { type Installed, install } from '../console/installation.js';

/** An installation for the tests of a file, and people who are signed in to it. */
export function openDesk<Case extends { id: string }>(people: Record<string, string>, settings = {}) {
  let here: Installed;
  const browsers = new Map<string, Browser>();
  beforeAll(async () => {
    here = await install(settings);
    for (const [name, role] of Object.entries(people)) {
      await addPerson(here, name, role);
      browsers.set(name, await logIn(here, name));
    }
  });
  afterAll(() => here?.stop());
  const who = (name: string): Browser => browsers.get(name)!;
  const rowsOf = (table: string) => here.runtime.db.tables<Record<string, Record<string, string>>>().selectFrom(table);
  const claim = async (name: string, n = 10): Promise<Case[]> =>
    (await who(name).json<{ cases: Case[] }>('/console/api/review/claim', { method: 'POST', body: { n } })).cases;
  return {
    get here() {
      return here;
    },
    who,
    claim,
    rowsOf,
    /** Gives back all that is before a person. */
    async release(name: string): Promise<void> {
      for (const { id } of await claim(name)) await who(name).post(`/console/api/review/${id}/release`);
    },
    /** Which share (percent) of what is claimed is a golden item, and is decided by a second person. */
    set: (golden: number, second: number) =>
      quality.changeSettings({ db: here.runtime.db, time: here.runtime.time }, { golden, second }, 'a test'),
    count: async (table: string, column: string, value: string): Promise<number> =>
      (await rowsOf(table).selectAll().where(column, '=', value).execute()).length,
  };
}
