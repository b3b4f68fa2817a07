import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What tests may need that `npm ci` does not bring. */
export type Need = 'kafka' | 'postgres' | 'redis' | 'prometheus' | 'chromium' | 'go' | 'haproxy';

export const needs: readonly Need[] = ['kafka', 'postgres', 'redis', 'prometheus', 'chromium', 'go', 'haproxy'];

function onPath(program: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map(folder => join(folder, program))
    .find(file => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

const lacks = (program: string, cure: string) => (onPath(program) ? undefined : `no ${program} on PATH: ${cure}`);

/** The first number in what `program` prints of its version. */
function version(program: string, ...args: string[]): number {
  const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: 20_000 });
  return Number.parseFloat(/\d+(\.\d+)?/.exec(`${stdout}${stderr}`)?.[0] ?? '0');
}

function older(program: string, least: number, ...args: string[]): string | undefined {
  const found = version(program, ...args);
  return found < least ? `${program} is version ${found}: version ${least} or later is needed` : undefined;
}

/** Chromium for playwright-core's `executablePath`. */
export function chromiumPath(): string | undefined {
  return process.env.CHROMIUM ?? onPath('chromium') ?? onPath('chromium-browser') ?? onPath('google-chrome');
}

function postgresFolder(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  return versions.some(name => existsSync(join(debian, name, 'bin', 'initdb'))) ? debian : onPath('initdb');
}

const scripts = () =>
  process.platform === 'linux'
    ? (lacks('bash', 'install bash') ??
      lacks('flock', 'install the package util-linux') ??
      lacks('setsid', 'install the package util-linux'))
    : 'the start scripts need Linux';

const reasons: Record<Need, () => string | undefined> = {
  kafka: () =>
    lacks('java', 'install the package openjdk-17-jre-headless') ??
    lacks('mvn', 'install the package maven') ??
    older('java', 17, '-version') ??
    scripts(),
  postgres: () => (postgresFolder() ? scripts() : 'no PostgreSQL server found: install the package postgresql'),
  redis: () => lacks('redis-server', 'install the package redis-server') ?? scripts(),
  prometheus: () =>
    lacks('prometheus', 'install the package prometheus') ??
    lacks('promtool', 'install the package prometheus') ??
    lacks('amtool', 'install the package prometheus-alertmanager') ??
    lacks('curl', 'install the package curl') ??
    scripts(),
  chromium: () => (chromiumPath() ? undefined : 'no chromium on PATH: install the package chromium'),
  haproxy: () => lacks('haproxy', 'install the package haproxy'),
  go: () => lacks('go', 'install Go') ?? older('go', 1.24, 'env', 'GOVERSION'),
};

/** Why what is named can't be used on this machine; undefined where it can. */
export const lacking = (need: Need): string | undefined => reasons[need]();

/** Why each can't be used on this machine, e.g. "no redis-server on PATH: install the package redis-server". */
export async function missing(): Promise<Record<Need, string | undefined>> {
  return Object.fromEntries(needs.map(need => [need, lacking(need)])) as Record<Need, string | undefined>;
}
