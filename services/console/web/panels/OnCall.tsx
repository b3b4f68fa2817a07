import { coarse, duration, number, percent } from '../format.js';
import { Badge, type Tone } from '../parts/Badge.js';
import { Card } from '../parts/Card.js';
import type { PanelProps } from './Panels.js';
import type { Reading } from './reading.js';
import { Table } from './Table.js';
import type { Words } from './words.js';

interface Check {
  name: string;
  /** Undefined where another process knows. */
  said: string | undefined;
  tone: Tone;
  runbook: string;
}

/** The share of the worst list: its age, to the time between two pulls. */
const listAge = (last: Reading): number | undefined => {
  const shares = last.all('exchange_pull_age_seconds').flatMap(({ labels: { source = '' }, value }) => {
    const every = last.most('exchange_pull_every_seconds', { source });
    return every === undefined ? [] : [value / every];
  });
  return shares.length > 0 ? Math.max(...shares) : undefined;
};

/** The same conditions as the alerts have. */
function checksOf(words: Words, last: Reading): Check[] {
  const counted = (n: number | undefined, name: string, runbook: string): Check => ({
    name,
    said: n === undefined ? undefined : number(n),
    tone: n === undefined || n === 0 ? 'good' : 'warn',
    runbook,
  });
  const limit = (n: number | undefined, bad: boolean, said: (n: number) => string, worst: Tone = 'bad') => ({
    said: n === undefined ? undefined : said(n),
    tone: bad ? worst : ('good' as Tone),
  });
  const due = last.least('takedown_next_due_seconds');
  const probe = last.least('takedown_probe_success');
  const lag = last.most('pipeline_lag_seconds');
  const refusing = last.most('bus_refusing');
  const signed = last.most('ledger_checkpoint_timestamp_seconds');
  const age = signed === undefined ? undefined : Math.max(0, last.at - signed * 1_000);
  const check = last.least('ledger_verification_success');
  const free = last.least('data_disk_free_bytes');
  const share = free === undefined ? undefined : free / (last.most('data_disk_size_bytes') ?? 1);
  const known = last.all('takedown_objective_ratio').length > 0;
  const lists = listAge(last);
  return [
    {
      name: words.nearest,
      said: due === undefined ? (known ? words.none : undefined) : coarse(due * 1_000),
      tone: due === undefined || due > 900 ? 'good' : due < 120 ? 'bad' : 'warn',
      runbook: 'ClockDueSoon',
    },
    counted(known ? (last.sum('takedown_breaches_total') ?? 0) : undefined, words.overLimit, 'ClockBreached'),
    {
      name: words.lastProbe,
      ...limit(probe, probe === 0, n => (n === 1 ? words.gone : words.notGone)),
      runbook: 'ProbeFailing',
    },
    { name: words.behind, ...limit(lag, (lag ?? 0) > 60, n => coarse(n * 1_000)), runbook: 'ConsumerLag' },
    counted(last.sum('pipeline_parked'), words.parked, 'EventsParked'),
    counted(last.sum('dead_letters') ?? 0, words.dead, 'DeadLetters'),
    {
      name: words.refusing,
      ...limit(refusing, refusing === 1, n => (n === 1 ? words.refuses : words.taking)),
      runbook: 'IngestRefusing',
    },
    counted(last.sum('classify_circuit_open') ?? 0, words.circuits, 'CircuitOpen'),
    counted(last.sum('policy_rules_held') ?? 0, words.rulesHeld, 'RuleHeld'),
    ...(lists === undefined
      ? []
      : [
          {
            name: words.listAge,
            ...limit(lists, lists > 3, percent, 'warn'),
            runbook: 'ExchangePullOld',
          },
        ]),
    { name: words.checkpoint, ...limit(age, (age ?? 0) > 30_000, n => duration(n)), runbook: 'LedgerBehind' },
    {
      name: words.selfCheck,
      ...limit(check, check === 0, n => (n === 1 ? words.asSigned : words.changed)),
      runbook: 'LedgerVerificationFailing',
    },
    {
      name: words.free,
      ...limit(share, (share ?? 1) < 0.15, percent, (share ?? 1) < 0.05 ? 'bad' : 'warn'),
      runbook: 'DiskFilling',
    },
  ];
}

export function OnCall({ words, last }: PanelProps) {
  const rows = checksOf(words, last).map(({ name, said, tone, runbook }) => [
    name,
    said === undefined ? (
      words.elsewhere
    ) : (
      <Badge key="said" tone={tone}>
        {said}
      </Badge>
    ),
    <a key="runbook" href={`/docs/runbooks/${runbook}.md`}>
      {runbook}
    </a>,
  ]);
  return (
    <Card title={words.now}>
      <Table columns={[words.what, words.how, words.runbook]} rows={rows} />
    </Card>
  );
}
