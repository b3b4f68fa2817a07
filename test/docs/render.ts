import { existsSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { scopeNames } from '../../services/accounts/scope-names.js';
import { allTables } from '../../services/cli/services.js';
import { scopes as scopeWords } from '../../services/console/web/words/scopes.js';
import { topics } from '../../services/contracts/index.js';
import {
  configSchema,
  deadLettersTable,
  inboxTable,
  offsetsTable,
  parkedTable,
  recordsTable,
  type Table,
} from '../../services/runtime/index.js';
import { leasesTable } from '../../services/runtime/lead.js';
import { outboxTable } from '../../services/runtime/outbox/index.js';
import { root, tableRows, text } from './pages.js';

/** Every table that an installation has, but the one that readiness writes to. */
export const tables: readonly Table[] = [
  ...allTables,
  recordsTable,
  offsetsTable,
  outboxTable,
  inboxTable,
  parkedTable,
  deadLettersTable,
  leasesTable,
];

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map(row => `| ${row.join(' | ')} |\n`).join('');

interface Shown {
  default?: string;
  enum?: string[];
  pattern?: string;
  format?: string;
}

function takes({ enum: values, pattern, format }: Shown): string {
  if (values) return values.map(value => `\`${value}\``).join(', ');
  if (format === 'uri') return 'an address';
  if (pattern === '^\\d+$') return 'a whole number';
  if (pattern?.endsWith('(ms|s|m|h|d)$')) return 'a duration';
  if (pattern?.endsWith('(k|M|G)?$')) return 'a size';
  return 'text';
}

/** Every setting, as the schema has it. */
export const settings = (): string =>
  table(
    ['variable', 'takes', 'default', 'what it is'],
    Object.entries(configSchema.shape).map(([name, schema]) => {
      const shown = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shown;
      return [`\`${name}\``, takes(shown), shown.default ? `\`${shown.default}\`` : '', schema.description ?? ''];
    }),
  );

/** What a key can be made for. */
export const scopes = (): string =>
  table(
    ['scope', 'lets a key'],
    scopeNames.map(name => [`\`${name}\``, scopeWords.en[name]]),
  );

const hour = 3_600_000;
const day = 24 * hour;
const days = (ms: number): string => {
  const [n, unit] = ms < day ? [ms / hour, 'hour'] : [ms / day, 'day'];
  return `${n} ${unit}${n === 1 ? '' : 's'}`;
};

/** How long each table and topic keeps what it has. */
export function retention(): string {
  const kept = tables.filter(({ retention }) => retention).sort((a, b) => (a.name < b.name ? -1 : 1));
  const rest = tables.filter(({ retention }) => !retention).map(({ name }) => `\`${name}\``);
  const rows = kept.map(({ name, retention: { keep = 0, column = '', where = '', clears } = {} }) => [
    `\`${name}\``,
    keep === 0 ? 'until then' : typeof keep === 'number' ? days(keep) : `\`${keep}\``,
    `\`${column}\``,
    where ? `\`${where}\`` : '',
    clears ? `the row stays without ${clears.map(name => `\`${name}\``).join(', ')}` : '',
  ]);
  const ofTopics = Object.entries(topics).map(
    ([name, { retention, partitions }]) => `\`${name}\` ${days(retention)} (${partitions})`,
  );
  return (
    `${table(['table', 'kept for', 'counted from', 'only where', 'then'], rows)}\n` +
    `Kept for good, or until their work is done: ${rest.sort().join(', ')}.\n\n` +
    `Topics, and their partitions in Kafka: ${ofTopics.join(', ')}. ` +
    'On the embedded bus, `bus_records` expire with their topic; `inbox` keeps a day longer.\n'
  );
}

const results = 'test/bench/results';

/** Results of the bench, by day. */
export const benchResults = (): string[] =>
  existsSync(root + results)
    ? readdirSync(root + results)
        .filter(name => /^\d{4}-\d\d-\d\d.*\.md$/.test(name))
        .map(name => `${results}/${name}`)
        .sort()
    : [];

/** The figures of one result of the bench, or where to get some. */
export function bench(file: string | undefined): string {
  if (!file)
    return `No result is in the repository: \`npm run bench\` measures, prints a table, and keeps it under \`${results}/\`.\n`;
  const whole = text(file);
  const machine = /^\d+ cores.*$/m.exec(whole)?.[0] ?? '';
  const parts = whole
    .split(/^## /m)
    .slice(1)
    .filter(part => part.includes('| figure | measured |'))
    .map(part => {
      const [title = '', figures = ''] = part.split('\n\n');
      const rows = tableRows(figures).map(([figure = '', measured = '', goal = '']) => [figure, measured, goal]);
      return `${table([title.trim(), 'measured', 'goal'], rows)}\n`;
    });
  return `${parts.join('')}From [${basename(file)}](${file}), with each figure beside the parts' own limit. ${machine}\n`;
}
