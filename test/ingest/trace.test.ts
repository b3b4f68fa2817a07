import { eventually, forumPost, type Installed, install, testWords } from '../console/installation.js';

let here: Installed;
beforeAll(async () => {
  here = await install();
});
afterAll(() => here.stop());

interface Rows {
  bus_records: { topic: string; key: string; type: string; traceparent: string | null };
}

const followed = (id: string) =>
  eventually(async () => {
    const records = await here.runtime.db
      .tables<Rows>()
      .selectFrom('bus_records')
      .select(['topic', 'type', 'traceparent'])
      .where('key', '=', `sandbox/${id}`)
      .execute();
    return records.some(({ topic }) => topic === 'ledger') ? records : undefined;
  });
const send = (id: string, traceparent: string) =>
  here.ask('/v1/posts', {
    method: 'POST',
    body: JSON.stringify({ ...forumPost(id), platform: 'sandbox', text: testWords }),
    headers: { traceparent },
  });

test("a sender's trace is carried on by all that follows from the post", async () => {
  const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  expect((await send('traced', trace)).status).toBe(202);
  const records = await followed('traced');
  expect(new Set(records.map(({ topic }) => topic))).toEqual(new Set(['posts', 'assessments', 'evidence', 'ledger']));
  // What the executor tells later has no event before it to take the trace from.
  const [entered, before] = [true, false].map(ledger => records.filter(({ topic }) => (topic === 'ledger') === ledger));
  for (const { type, traceparent } of before ?? []) if (type !== 'removal.ended.v1') expect(traceparent).toBe(trace);
  expect(entered?.map(({ traceparent }) => traceparent)).toContain(trace);
});

test('what is no trace is not carried', async () => {
  expect((await send('untraced', 'anything at all')).status).toBe(202);
  for (const { traceparent } of await followed('untraced')) expect(traceparent).toBeNull();
});
