import { aborted, ConflictError, isoTime, type Runtime } from '../../runtime/index.js';
import type { ClockTables, PageRow } from '../tables.js';
import { hashToken, type SentToken } from './acknowledge.js';
import type { Contact } from './contacts.js';
import type { Deliver, Message } from './deliver.js';
import { linesOf, subjectOf, summarize } from './message.js';

/** Pause (ms) between two looks for pages that are due. */
const pause = 250;
/** Tries of one turn, and the pauses (ms) between them; then it is the next contact's turn. */
const tries = 3;
const pauseAfter = (attempts: number): number => 1_000 * 2 ** (attempts - 1);
/** Pause (ms) after a round in which nobody could be reached. */
const pauseAfterRound = 30_000;
/** A try that said nothing for this long (ms) was that of a process that died. */
const abandonedAfter = 60_000;
/** Links that stay valid for one page. */
const tokensKept = 20;

type Parts = Pick<Runtime, 'config' | 'db' | 'time' | 'log' | 'url'>;

/** Brings pages to who is on call, in order and round again, until somebody answers. Run by one process at a time. */
export class Pager {
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #rows;

  constructor(
    private readonly parts: Parts,
    private readonly contacts: readonly Contact[],
    private readonly deliver: Deliver,
  ) {
    this.#rows = parts.db.tables<ClockTables>();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { time, log } = this.parts;
    if (this.contacts.length === 0) return aborted(signal);
    let resumed = false;
    while (!signal.aborted) {
      try {
        if (!resumed) await this.#resume();
        resumed = true;
        await this.#startDue();
      } catch (error) {
        log.error({ err: error }, 'pager failed; it looks again');
      }
      await time.sleep(pause, signal);
    }
    await Promise.all(this.#underWay.values());
  }

  /** Tries that another process began and did not finish are made again at once, with the same message id. */
  async #resume(): Promise<void> {
    const { db, time } = this.parts;
    const query = this.#rows
      .updateTable('pages')
      .set({ next_at: time.now() })
      .where('state', '=', 'waiting')
      .where('attempts', '>', 0)
      .where('next_at', 'is not', null);
    await db.commit([{ query }]);
  }

  async #startDue(): Promise<void> {
    const due = await this.#rows
      .selectFrom('pages')
      .selectAll()
      .where('next_at', 'is not', null)
      .where('next_at', '<=', this.parts.time.now())
      .orderBy('next_at')
      .limit(20)
      .execute();
    for (const page of due) {
      if (this.#underWay.has(page.id)) continue;
      const work = this.#turn(page)
        .catch(error => {
          // Acknowledged at this moment, or joined by another clock: the next look sees it as it is.
          if (!(error instanceof ConflictError))
            this.parts.log.error({ err: error, page: page.id }, 'page not dealt with; tried again');
        })
        .finally(() => this.#underWay.delete(page.id));
      this.#underWay.set(page.id, work);
    }
  }

  /** Guarded by the version, so that of two processes only one goes on. */
  async #update(page: PageRow, set: Partial<PageRow>): Promise<PageRow> {
    const next = { ...page, ...set, version: page.version + 1 };
    const { id: _, ...values } = next;
    const query = this.#rows
      .updateTable('pages')
      .set(values)
      .where('id', '=', page.id)
      .where('version', '=', page.version);
    await this.parts.db.commit([{ query, atLeast: 1 }]);
    return next;
  }

  async #turn(due: PageRow): Promise<void> {
    const { time, log, config } = this.parts;
    const unanswered = due.state === 'sent';
    if (unanswered && (await this.#settled(due.id))) {
      await this.#update(due, { state: 'resolved', next_at: null });
      return;
    }
    const turn = unanswered ? due.turn + 1 : due.turn;
    const contact = this.contacts[turn % this.contacts.length] as Contact;
    const token = time.secret(24);
    const tokens = JSON.parse(due.tokens) as SentToken[];
    // Written down before it is sent: whoever comes after a crash tries again under the same id.
    const page = await this.#update(due, {
      state: 'waiting',
      turn,
      attempts: unanswered ? 1 : due.attempts + 1,
      next_at: time.now() + abandonedAfter,
      tokens: JSON.stringify([...tokens, { hash: hashToken(token), contact: contact.name }].slice(-tokensKept)),
    });
    const about = { page: page.id, turn, contact: contact.name, attempt: page.attempts };
    let failure: string | undefined;
    try {
      await this.deliver(contact, await this.#message(page, token));
    } catch (error) {
      failure = (error as Error).message;
      log.warn({ err: error, ...about }, 'page not taken');
    }
    const now = time.now();
    if (failure === undefined) {
      await this.#update(page, {
        state: 'sent',
        sent_at: page.sent_at ?? now,
        next_at: now + config.PAGER_ACK_WITHIN,
        error: null,
      });
      log.warn(about, 'paged');
      return;
    }
    const over = page.attempts >= tries;
    const roundOver = over && (turn + 1) % this.contacts.length === 0;
    await this.#update(page, {
      ...(over ? { turn: turn + 1, attempts: 0 } : {}),
      next_at: now + (roundOver ? pauseAfterRound : pauseAfter(over ? 1 : page.attempts)),
      error: `${contact.name}: ${failure}`.slice(0, 500),
    });
  }

  /** True where every clock of the page has ended, none of them late: nobody is needed any more. */
  async #settled(page: string): Promise<boolean> {
    const needed = await this.#rows
      .selectFrom('page_clocks')
      .innerJoin('clocks', 'clocks.id', 'page_clocks.clock_id')
      .select('clocks.id')
      .where('page_id', '=', page)
      .where(clock => clock.or([clock('open', '=', 1), clock('late', '>', clock.ref('withdrawn'))]))
      .limit(1)
      .executeTakeFirst();
    return needed === undefined;
  }

  async #message(page: PageRow, token: string): Promise<Message> {
    const { db, config, url, time } = this.parts;
    const summary = await summarize(db, page.id);
    const link = new URL(`/v1/pages/${page.id}/acknowledge?token=${token}`, config.SANSDELAI_URL ?? url).href;
    const answerBy = isoTime(time.now() + config.PAGER_ACK_WITHIN);
    const text = [
      ...linesOf(summary),
      '',
      `I take it: ${link}`,
      `Without an answer by ${answerBy} the next on call is paged.`,
      '',
    ].join('\n');
    const data = { page: page.id, turn: page.turn, ...summary, acknowledge: link, answerBy };
    return { id: `${page.id}.${page.turn}`, subject: subjectOf(summary), text, data };
  }
}
