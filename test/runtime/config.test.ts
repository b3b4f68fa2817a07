import { ConfigError, configSchema, isLoopback, readConfig } from '../../services/runtime/index.js';

const complaint = (environment: Record<string, string>): string => {
  try {
    readConfig(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error('nothing was wrong');
};

test('needs nothing; what is empty counts as unset', () => {
  expect(readConfig({})).toMatchObject({
    HOST: '127.0.0.1',
    PORT: 8080,
    SANSDELAI_DATA: './data',
    INGEST_MAX_POST: 262_144,
  });
  expect(readConfig({ PORT: '', KAFKA_BROKERS: '', PATH: '/bin' })).toEqual(readConfig({}));
});

test('reads numbers, times, sizes, lists and switches', () => {
  expect(
    readConfig({
      PORT: '0',
      HEARTBEAT_EVERY: '500ms',
      CLOCK_REVIEW: '2d',
      CLOCK_REMOVAL: '90s',
      INGEST_MAX_POST: '2M',
      INGEST_MAX_STREAM: '1G',
      KAFKA_BROKERS: 'a:9092, b.example.org:9093,[::1]:9094',
      SANSDELAI_PROBE: 'off',
      PAGER_CONTACTS: 'mailto:a@example.org,https://example.org/page',
    }),
  ).toMatchObject({
    PORT: 0,
    HEARTBEAT_EVERY: 500,
    CLOCK_REVIEW: 172_800_000,
    CLOCK_REMOVAL: 90_000,
    INGEST_MAX_POST: 2_097_152,
    INGEST_MAX_STREAM: 1_073_741_824,
    KAFKA_BROKERS: ['a:9092', 'b.example.org:9093', '[::1]:9094'],
    SANSDELAI_PROBE: false,
    PAGER_CONTACTS: ['mailto:a@example.org', 'https://example.org/page'],
  });
});

test.each([
  ['PORT', '70000', /from 0 to 65535/],
  ['PORT', '80.5', /whole number/],
  ['SANSDELAI_API_KEY', 'short-hunter2', /16/],
  ['SANSDELAI_ADMIN_PASSWORD', 'hunter2', /12/],
  ['SANSDELAI_METRICS_TOKEN', 'hunter2', /16/],
  ['SANSDELAI_PROBE', 'yes-hunter2', /"on"\|"off"/],
  ['HEARTBEAT_EVERY', '5 hunter2', /30s/],
  ['HEARTBEAT_EVERY', '0s', /above 0/],
  ['HEARTBEAT_URL', 'ftp://user:hunter2@host', /URL/i],
  ['INGEST_MAX_POST', '1T', /2M/],
  ['INGEST_MAX_POST', '64M', /4M/],
  ['KAFKA_BROKERS', ' , ', /host:port/],
  ['KAFKA_BROKERS', 'broker-hunter2', /host:port/],
  ['DATABASE_URL', 'mysql://user:hunter2@host/db', /URL/i],
  ['DATABASE_URL', 'postgres://user:hunter2@host/db', /KAFKA_BROKERS/],
  ['REDIS_URL', 'http://hunter2@host', /URL/i],
  ['PAGER_WEBHOOK_SECRET', 'hunter2-without-prefix', /whsec_/],
  ['LOG_LEVEL', 'hunter2', /"debug"/],
])('%s=%s is refused: the variable, what it takes, never the value', (name, value, takes) => {
  const message = complaint({ [name]: value });
  expect(message).toMatch(/^These environment variables can't be used:\n {2}/);
  expect(message).toContain(`  ${name}: `);
  expect(message).toMatch(takes);
  expect(message).not.toContain('hunter2');
  if (value.length > 3) expect(message).not.toContain(value);
});

test('names all that is wrong at once', () => {
  const message = complaint({ PORT: 'x', LOG_LEVEL: 'loud', CLASSIFY_BATCH: '0' });
  for (const name of ['PORT', 'LOG_LEVEL', 'CLASSIFY_BATCH']) expect(message).toContain(`  ${name}: `);
});

test('every setting says what it is', () => {
  const shape: Record<string, { description?: string | undefined }> = configSchema.shape;
  expect(Object.entries(shape).filter(([, { description }]) => !description)).toEqual([]);
});

test.each([
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['::1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['127.0.0.1.example.org', false],
  ['192.168.0.1', false],
])('%s is reached from this machine alone: %s', (host, only) => {
  expect(isLoopback(host)).toBe(only);
});
