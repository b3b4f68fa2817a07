import type { z } from 'zod';
import { type Config, configSchema } from './schema.js';

export { type Config, configSchema } from './schema.js';

/** The environment has a setting that can't be used. The message names each variable, what is wrong, and what it takes. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

const unusable = (lines: string[]) =>
  new ConfigError(`These environment variables can't be used:\n${lines.join('\n')}`);

/**
 * Reads the settings from environment variables; an empty variable counts as unset.
 * @throws ConfigError naming every variable that can't be used (never its value: it may be a secret).
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = configSchema.safeParse(given);
  if (result.success) {
    // The embedded bus is of one process; PostgreSQL is for many.
    if (result.data.DATABASE_URL && !result.data.KAFKA_BROKERS) {
      throw unusable(['  DATABASE_URL: works only together with KAFKA_BROKERS; set both, or neither']);
    }
    return result.data;
  }
  const shape: Record<string, z.ZodType> = configSchema.shape;
  const lines = result.error.issues.map(issue => {
    const name = String(issue.path[0]);
    return `  ${name}: ${issue.message} (${shape[name]?.description ?? 'unknown'})`;
  });
  throw unusable([...new Set(lines)]);
}

/** True for addresses that only this machine reaches. */
export const isLoopback = (host: string): boolean => /^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host);
