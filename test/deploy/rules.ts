import { readdirSync } from 'node:fs';
import { parse } from 'yaml';
import { root, text } from './files.js';

export interface Rule {
  alert?: string;
  record?: string;
  expr: string;
  labels?: { severity?: string };
  annotations?: { summary?: string; runbook_url?: string };
}

const folder = 'deploy/prometheus/rules/';
/** The files of rules, by path from the project's folder. */
export const ruleFiles = readdirSync(`${root}${folder}`).map(name => `${folder}${name}`);

export const rules = ruleFiles.flatMap(file =>
  (parse(text(file)) as { groups: { rules: Rule[] }[] }).groups.flatMap(group => group.rules),
);

/** All files as Prometheus takes them in its configuration. */
export const allRules = `${root}${folder}*.yml`;

/** What has the name of a metric in it: what our services register, what rules record, what Node tells of its process. */
const sources = [
  ...readdirSync(`${root}services`, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !name.startsWith('console/web'))
    .map(name => text(`services/${name}`)),
  ...rules.map(({ record }) => `'${record}'`),
  "'process_resident_memory_bytes' 'process_cpu_seconds_total' 'nodejs_eventloop_lag_p99_seconds' 'up'",
].join('\n');

/** The metrics that a PromQL expression names: what has an underscore or a colon, is no function and no label. */
export function metricsIn(expr: string): string[] {
  const bare = expr
    .replace(/"[^"]*"|\{[^}]*\}|\[[^\]]*\]/g, '')
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, '');
  const names = [...bare.matchAll(/(?<![\w:])[a-z]+[_:][\w:]*\b(?!\s*\()/g)].map(([name]) => name);
  return [...new Set(names)];
}

/** Those that nobody publishes. */
export const unknownMetrics = (expr: string): string[] =>
  metricsIn(expr).filter(
    name => !sources.includes(`'${name}'`) && !sources.includes(`'${name.replace(/_(bucket|count|sum)$/, '')}'`),
  );
