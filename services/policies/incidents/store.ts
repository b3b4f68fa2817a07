import { type ApprovalKind, askApproval } from '../../accounts/index.js';
import { toLedger } from '../../contracts/index.js';
import { ConflictError, isoTime, Problem, type Runtime } from '../../runtime/index.js';
import { type NewIncident, newIncidentSchema } from './bodies.js';
import { type Incident, queueOf } from './overlay.js';
import { type IncidentRow, type IncidentRows, incidentsTable } from './tables.js';

const hour = 3600_000;
type Needs = Pick<Runtime, 'db' | 'time' | 'commit'>;

const settingsOf = (row: IncidentRow): NewIncident => JSON.parse(row.settings) as NewIncident;

/** What posts meet of an incident. */
export function incidentOf(row: IncidentRow): Incident & { bank: string } {
  const { bank = queueOf(row.name), thresholds, languages, people } = settingsOf(row);
  return { id: row.id, name: row.name, bank, thresholds, languages, people, expiresAt: row.expires_at };
}

/** Those that are open or being undone, else the newest hundred of all. */
export function listIncidents({ db }: Pick<Runtime, 'db'>, which: 'lasting' | 'all'): Promise<IncidentRow[]> {
  const query = db.tables<IncidentRows>().selectFrom('incidents').selectAll();
  return (which === 'lasting' ? query.where('state', '<>', 'ended') : query)
    .orderBy('opened_at', 'desc')
    .limit(100)
    .execute();
}

/** Whom the incidents in force name, by the queue that is first theirs. */
export async function peopleOfIncidents(
  runtime: Pick<Runtime, 'db' | 'time'>,
): Promise<Map<string, readonly string[]>> {
  const now = runtime.time.now();
  const rows = await listIncidents(runtime, 'lasting');
  const open = rows.filter(row => row.state === 'open' && row.expires_at > now);
  return new Map(open.map(row => [queueOf(row.name), settingsOf(row).people]));
}

export const findIncident = ({ db }: Pick<Runtime, 'db'>, id: string): Promise<IncidentRow | undefined> =>
  db.tables<IncidentRows>().selectFrom('incidents').selectAll().where('id', '=', id).executeTakeFirst();

/** What the ledger enters of an incident. @param cause the same enters once */
export const enteredOf = (at: number, detail: Record<string, string | number>, cause: string) =>
  toLedger({ kind: 'policy.changed', at, detail }, '/policies', cause);

/** Two people open an incident: one asks, the other agrees, and it begins with the agreement. */
export const incidentKind = ({ time, db }: Pick<Runtime, 'time' | 'db'>): ApprovalKind<NewIncident> => ({
  name: 'incident',
  scope: 'approvals:decide',
  describe: ({ name, hours }) => `Open the incident ${name} for ${hours} h`,
  async apply(asked, { id, asked_by, decided_by }) {
    const settings = newIncidentSchema.parse(asked);
    const now = time.now();
    const row: IncidentRow = {
      id,
      name: settings.name,
      state: 'open',
      settings: JSON.stringify(settings),
      opened_by: asked_by,
      approved_by: decided_by ?? '',
      opened_at: now,
      expires_at: now + settings.hours * hour,
      ended_at: null,
      ended_by: null,
      why: null,
      report: null,
    };
    const said = { incident: settings.name, change: 'opened', by: asked_by, approvedBy: row.approved_by };
    return {
      writes: [db.insert(incidentsTable, [row])],
      events: [enteredOf(now, { ...said, until: isoTime(row.expires_at) }, `incident ${id} opened`)],
    };
  },
});

/**
 * Asks a second person for an incident.
 * @returns the approval's id
 * @throws Problem 409 where one of this name lasts
 */
export async function askIncident(runtime: Needs, asked: NewIncident, by: string): Promise<string> {
  const lasting = await listIncidents(runtime, 'lasting');
  if (lasting.some(({ name }) => name === asked.name))
    throw new Problem(409, `The incident ${asked.name} is open already. End it first, or take another name.`);
  const { row, write } = askApproval(runtime, { kind: 'incident', subject: asked, reason: asked.reason, by });
  await runtime.commit([write]);
  return row.id;
}

/** Ends it now: from here on it changes nothing. @throws Problem 404, 409 (ended already) */
export async function endIncident(runtime: Needs, id: string, by: string, why: string): Promise<void> {
  const row = await findIncident(runtime, id);
  if (!row) throw new Problem(404, 'There is no such incident.');
  const query = runtime.db
    .tables<IncidentRows>()
    .updateTable('incidents')
    .set({ state: 'ending', ended_at: runtime.time.now(), ended_by: by, why })
    .where('id', '=', id)
    .where('state', '=', 'open');
  try {
    await runtime.commit([{ query, atLeast: 1 }]);
  } catch (error) {
    if (error instanceof ConflictError) throw new Problem(409, 'It was ended already.');
    throw error;
  }
}
