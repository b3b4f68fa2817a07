import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import pg from 'pg';
import { startPostgres, startRedis } from './start.js';

const unique = () => `t${Date.now().toString(36)}${randomBytes(3).toString('hex')}`;

/** A new, empty database on the shared PostgreSQL: its DATABASE_URL. */
export async function freshDatabase(): Promise<string> {
  const { url } = await startPostgres();
  const name = unique();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`create database ${name}`);
  } finally {
    await client.end();
  }
  return url.replace(/app$/, name);
}

/** An empty database on the shared Redis: its REDIS_URL. Publish and subscribe see all databases: use own channel names. */
export async function freshRedis(): Promise<string> {
  const { url } = await startRedis();
  const redis = new Redis(url);
  try {
    const database = ((await redis.incr('databases-given')) % 1023) + 1;
    await redis.select(database);
    await redis.flushdb();
    return `${url}/${database}`;
  } finally {
    redis.disconnect();
  }
}

/** For KAFKA_TOPIC_PREFIX: nobody else's topics and groups begin so. */
export const freshTopicPrefix = (): string => `${unique()}.`;
