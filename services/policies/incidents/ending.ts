import { type CasesOfRules, readCasesOfRules } from '../../enforce/index.js';
import { aborted, loop, type Runtime, type Stoppable } from '../../runtime/index.js';
import { queueOf, rulesOf } from './overlay.js';
import { enteredOf, incidentOf, listIncidents } from './store.js';
import type { IncidentRow, IncidentRows } from './tables.js';

/** How long (ms) after its time an incident is noted as ended; it has no effect from the moment on. */
const every = 1_000;

/** What an incident's bank held at its end. */
export interface BankTally {
  /** Added since it was opened. */
  added: number;
  /** Of these: people confirmed them, so they stay. */
  confirmed: number;
  /** Of these: taken out with the incident. */
  removed: number;
}

/** What an incident did, and how it was undone. */
export interface IncidentReport extends CasesOfRules {
  bank: BankTally;
}

/** The bank's side of the end. */
export interface BankEnd {
  /** Takes out what was added since `from` (ms) and nobody confirmed. May be called again after a crash. */
  clear(bank: string, from: number, by: string): Promise<void>;
  /** Of what was added since `from`. */
  tally(bank: string, from: number): Promise<BankTally>;
}

/** Undoes one incident, and reports. What dies half-way is begun again: each step may be done twice. */
async function finish(runtime: Runtime, bank: BankEnd, row: IncidentRow): Promise<void> {
  const ended = row.ended_at ?? row.expires_at;
  const incident = incidentOf(row);
  const { bank: name } = incident;
  const rules = rulesOf(incident).map(rule => rule.name);
  await bank.clear(name, row.opened_at, row.ended_by ?? queueOf(row.name));
  const report: IncidentReport = {
    ...(await readCasesOfRules(runtime.db, rules, row.opened_at, ended)),
    bank: await bank.tally(name, row.opened_at),
  };
  const query = runtime.db
    .tables<IncidentRows>()
    .updateTable('incidents')
    .set({ state: 'ended', report: JSON.stringify(report) })
    .where('id', '=', row.id)
    .where('state', '=', 'ending');
  const said = { incident: row.name, change: 'ended', by: row.ended_by ?? '', cases: report.opened };
  await runtime.commit([{ query, atLeast: 1 }], [enteredOf(ended, said, `incident ${row.id} ended`)]);
  runtime.log.info({ incident: row.name, report }, 'an incident ended, and what it changed is undone');
}

/** Ends incidents whose time is over, and undoes what was ended, in one process at a time. */
export const endIncidents = (runtime: Runtime, bank: BankEnd): Stoppable =>
  runtime.lead('incidents', async (_fence, signal) => {
    const { db, time, log } = runtime;
    const ending = loop(
      time,
      every,
      async () => {
        for (const row of await listIncidents(runtime, 'lasting')) {
          if (row.state === 'ending') await finish(runtime, bank, row);
          else if (row.expires_at <= time.now()) {
            const query = db
              .tables<IncidentRows>()
              .updateTable('incidents')
              .set({ state: 'ending', ended_at: row.expires_at, why: 'its time was over' })
              .where('id', '=', row.id)
              .where('state', '=', 'open');
            await db.commit([{ query }]);
            await finish(runtime, bank, { ...row, state: 'ending', ended_at: row.expires_at });
          }
        }
      },
      error => log.error({ err: error }, 'an incident that ended was not undone; it is tried again'),
    );
    await aborted(signal);
    await ending.stop();
  });
