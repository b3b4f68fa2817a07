import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isoTime, loop, type Runtime, type Stoppable, within } from '../runtime/index.js';
import type { AnswerForm } from './answers.js';
import { findOrder, happen } from './change.js';
import { answerDocument } from './forms/index.js';
import { sha256 } from './intake.js';
import type { Parts } from './parts.js';
import { listAuthorities } from './register.js';
import { sandboxAnswersTo, sandboxAuthority } from './sandbox.js';
import type { OrderFormRow, OrderRows } from './tables.js';

const pollEvery = 200;
const atOnce = 100;
/** Forms that are on their way at the same time: most of the time each waits for the database or the authority. */
const beside = 16;
const patience = 10_000;
const longestPause = 60_000;

/** The form as a file for people. What can't be drawn is sent without it: its values are the answer. */
async function draw({ runtime, renderer }: Pick<Parts, 'runtime' | 'renderer'>, form: AnswerForm) {
  const document = answerDocument(form);
  try {
    const content = Buffer.from(await renderer.render(document));
    const name = `annex-${form.form}-${form.number.replaceAll('/', '-')}.pdf`;
    return { name, type: 'application/pdf', language: document.language, sha256: sha256(content), content };
  } catch (error) {
    runtime.log.error({ err: error, form: form.number }, 'a form is sent without its PDF, which could not be drawn');
    return undefined;
  }
}

/** The address that takes an authority's answering forms, where it has one. */
async function answersToOf(runtime: Runtime, authority: string | undefined): Promise<string | undefined> {
  if (authority === sandboxAuthority) return sandboxAnswersTo(runtime);
  return (await listAuthorities(runtime)).find(({ id }) => id === authority)?.answersTo;
}

/** Puts a form where the authority takes it, under a name of its own: twice is once. @returns the receipt; undefined where only a person can send it */
async function handOver({ runtime, settings, renderer }: Parts, row: OrderFormRow): Promise<string | undefined> {
  const { time } = runtime;
  const order = await findOrder({ runtime }, row.order_id);
  const answersTo = await answersToOf(runtime, order?.authority);
  const form = JSON.parse(row.data) as AnswerForm;
  const drawn = await draw({ runtime, renderer }, form);
  if (answersTo) {
    const abort = new AbortController();
    const asked = fetch(answersTo, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': row.id },
      body: JSON.stringify(drawn ? { ...form, file: { ...drawn, content: drawn.content.toString('base64') } } : form),
      redirect: 'error',
      signal: abort.signal,
    });
    try {
      const answer = await within(time, patience, asked, `no answer within ${patience} ms`);
      const said = (await within(time, patience, answer.text(), 'the answer did not end')).slice(0, 500);
      if (!answer.ok) throw new Error(`answered ${answer.status}: ${said}`);
      return `${answer.status} from ${new URL(answersTo).host} at ${isoTime(time.now())}: ${said}`;
    } finally {
      abort.abort();
    }
  }
  if (settings.outbox === undefined) return undefined;
  await mkdir(settings.outbox, { recursive: true });
  const name = `annex-${form.form}-${row.id}.json`;
  const path = join(settings.outbox, name);
  if (drawn) await writeFile(join(settings.outbox, `annex-${form.form}-${row.id}.pdf`), drawn.content);
  await writeFile(`${path}.new`, `${JSON.stringify(form, null, 2)}\n`);
  await rename(`${path}.new`, path);
  return `put into the outbox as ${name} at ${isoTime(time.now())}`;
}

/** The write that says what became of a form. */
export function formSent({ runtime }: Pick<Parts, 'runtime'>, orderId: string, n: number, receipt: string, at: number) {
  const query = runtime.db
    .tables<OrderRows>()
    .updateTable('order_forms')
    .set({ sent_at: at, receipt, next_at: null, error: null })
    .where('order_id', '=', orderId)
    .where('n', '=', n);
  return { query };
}

async function sendOne(parts: Parts, row: OrderFormRow): Promise<void> {
  const { db, time, log } = parts.runtime;
  const update = (change: Partial<OrderFormRow>) =>
    db.commit([{ query: db.tables<OrderRows>().updateTable('order_forms').set(change).where('id', '=', row.id) }]);
  let receipt: string | undefined;
  try {
    receipt = await handOver(parts, row);
  } catch (error) {
    const attempts = row.attempts + 1;
    const pause = Math.min(longestPause, 500 * 2 ** Math.min(attempts, 10));
    const said = (error as Error).message.slice(0, 500);
    log.warn({ order: row.order_id, form: row.form, error: said }, 'an answering form was not taken; it is sent again');
    await update({ attempts, next_at: time.now() + pause, error: said });
    return;
  }
  // No way leads to this authority: the desk sends it, and enters the receipt.
  if (receipt === undefined) return void (await update({ next_at: null }));
  const at = time.now();
  await happen(parts, row.order_id, { type: 'form-sent', n: row.n, receipt, at, by: 'orders' }, [
    formSent(parts, row.order_id, row.n, receipt, at),
  ]);
}

/** Sends what waits, again and again. A form is sent once its receipt is committed: what a dead process had sent without that is sent again, under the same name. */
export function startSending(parts: Parts): Stoppable {
  const { db, time, log } = parts.runtime;
  return loop(
    time,
    pollEvery,
    async signal => {
      const due = await db
        .tables<OrderRows>()
        .selectFrom('order_forms')
        .selectAll()
        .where('next_at', '<=', time.now())
        .orderBy('next_at')
        .limit(atOnce)
        .execute();
      const workers = Array.from({ length: beside }, async () => {
        for (let row = due.shift(); row && !signal.aborted; row = due.shift()) await sendOne(parts, row);
      });
      await Promise.all(workers);
    },
    error => log.warn({ err: error }, 'answering forms: tried again'),
  );
}
