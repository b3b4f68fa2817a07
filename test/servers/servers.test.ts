import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import {
  freshDatabase,
  freshRedis,
  freshTopicPrefix,
  type KafkaVersion,
  missing,
  startKafka,
  startPostgres,
  startPrometheus,
  startRedis,
  withServers,
} from './index.js';

const scripts = fileURLToPath(new URL('../../../test/servers/', import.meta.url));

const running = (pid: number) => {
  const { status, stdout } = spawnSync('sh', ['-c', `cat /proc/${pid}/stat`], { encoding: 'utf8' });
  return status === 0 && !/\) Z /.test(stdout);
};

async function rows(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test('what is missing is told with its cure', async () => {
  const path = process.env.PATH;
  process.env.PATH = '/nonexistent';
  try {
    const reasons = await missing();
    expect(Object.keys(reasons).sort()).toEqual([
      'chromium',
      'go',
      'haproxy',
      'kafka',
      'postgres',
      'prometheus',
      'redis',
    ]);
    expect(reasons.redis).toBe('no redis-server on PATH: install the package redis-server');
    expect(reasons.go).toBe('no go on PATH: install Go');
  } finally {
    process.env.PATH = path;
  }
});

withServers(['postgres'], 'a PostgreSQL for tests', () => {
  test('is one, however many ask for it at once', async () => {
    const servers = await Promise.all([startPostgres(), startPostgres(), startPostgres()]);
    expect(new Set(servers.map(server => server.pid)).size).toBe(1);
    expect(running(servers[0]!.pid)).toBe(true);
  });

  test('is version 15 or later, and commits to the disk', async () => {
    const { url } = await startPostgres();
    const [settings] = (await rows(
      url,
      "select current_setting('server_version_num')::int as version, current_setting('fsync') as fsync",
    )) as [{ version: number; fsync: string }];
    expect(settings.version).toBeGreaterThanOrEqual(150_000);
    expect(settings.fsync).toBe('on');
  });

  test('gives each test file a database of its own', async () => {
    const [a, b] = await Promise.all([freshDatabase(), freshDatabase()]);
    await rows(a, 'create table mine (n int)');
    await expect(rows(b, 'select * from mine')).rejects.toThrow(/does not exist/);
  });

  test('cannot be crashed while others use it', async () => {
    const shared = await startPostgres();
    await expect(shared.crash()).rejects.toThrow('{ alone: true }');
  });

  test('alone, it crashes, comes back with what it committed, and stops', async () => {
    const own = await startPostgres({ alone: true });
    const before = own.pid;
    await rows(own.url, 'create table kept (n int)');
    await rows(own.url, 'insert into kept values (1)');
    await own.crash();
    expect(running(before)).toBe(false);
    await expect(rows(own.url, 'select 1')).rejects.toThrow();
    await own.restart();
    expect(own.pid).not.toBe(before);
    expect(await rows(own.url, 'select n from kept')).toEqual([{ n: 1 }]);
    await own.stop();
    expect(running(own.pid)).toBe(false);
  });
});

withServers(['redis'], 'a Redis for tests', () => {
  test('gives each test file an empty database of its own', async () => {
    const [a, b] = await Promise.all([freshRedis(), freshRedis()]);
    expect(a).not.toBe(b);
    const clients = [new Redis(a), new Redis(b)] as const;
    try {
      await clients[0].set('key', 'mine');
      expect(await clients[1].get('key')).toBeNull();
    } finally {
      for (const client of clients) client.disconnect();
    }
  });

  test('alone, it crashes and comes back on its port', async () => {
    const own = await startRedis({ alone: true });
    await own.crash();
    expect(running(own.pid)).toBe(false);
    await own.restart();
    const client = new Redis(own.url);
    try {
      expect(await client.ping()).toBe('PONG');
    } finally {
      client.disconnect();
      await own.stop();
    }
    expect(running(own.pid)).toBe(false);
  });
});

withServers(['kafka'], 'a Kafka for tests', () => {
  test.each<KafkaVersion>(['3.9.1', '4.1.0'])(
    'of version %s keeps what it is given',
    async version => {
      const { brokers } = await startKafka({ version });
      const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { retries: 20 } });
      const topic = `${freshTopicPrefix()}posts`;
      const admin = kafka.admin();
      const producer = kafka.producer();
      await Promise.all([admin.connect(), producer.connect()]);
      try {
        await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
        await producer.send({ topic, acks: -1, messages: [{ key: 'a', value: 'one' }, { value: 'two' }] });
        expect((await admin.fetchTopicOffsets(topic))[0]).toMatchObject({ high: '2' });
      } finally {
        await Promise.all([admin.disconnect(), producer.disconnect()]);
      }
    },
    180_000,
  );
});

withServers(['prometheus'], 'a Prometheus for tests', () => {
  test('reads the metrics with the token, and evaluates the rules', async () => {
    let authorization: string | undefined;
    const target = createServer((request, response) => {
      authorization = request.headers.authorization;
      response.setHeader('content-type', 'text/plain').end('# TYPE seen gauge\nseen 1\n');
    });
    await new Promise<void>(resolve => target.listen(0, '127.0.0.1', resolve));
    const { port } = target.address() as { port: number };
    const server = await startPrometheus({ target: `127.0.0.1:${port}`, token: 'a token of tests' });
    const query = async (expression: string) => {
      const answer = await fetch(`${server.url}/api/v1/query?query=${encodeURIComponent(expression)}`);
      return ((await answer.json()) as { data: { result: { value: [number, string] }[] } }).data.result[0]?.value[1];
    };
    try {
      const deadline = Date.now() + 20_000;
      while ((await query('seen')) !== '1' && Date.now() < deadline) await new Promise(r => setTimeout(r, 200));
      expect(await query('seen')).toBe('1');
      expect(authorization).toBe('Bearer a token of tests');
      expect(await (await fetch(`${server.url}/api/v1/rules`)).text()).toContain('ClockDueSoon');
      expect((await fetch(`${server.alertmanager}/-/ready`)).status).toBe(200);
    } finally {
      await server.stop();
      target.close();
    }
    expect(running(server.pid)).toBe(false);
  });
});

withServers(['redis'], 'a test run that ends', () => {
  // In a folder of its own: what this releases must not be what other test files use.
  let home = '';
  const runs: ChildProcess[] = [];
  let [one, two, port] = ['', '', ''];

  function script(name: string, args: string[], user = ''): number {
    const { status, stdout, stderr } = spawnSync('bash', [`${scripts}${name}`, ...args], {
      encoding: 'utf8',
      env: { ...process.env, INFRA_HOME: home, REDIS_PORT: port, TEST_USER: user },
    });
    if (status !== 0) throw new Error(stderr);
    return Number(/pid=(\d+)/.exec(stdout)?.[1]);
  }

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'sansdelai-release-'));
    runs.push(spawn('sleep', ['300']), spawn('sleep', ['300']));
    [one, two] = runs.map(run => String(run.pid)) as [string, string];
    const { port: free, stop } = await startRedis({ alone: true });
    await stop();
    port = String(free);
  });

  afterAll(() => {
    script('down.sh', ['--wipe']);
    for (const run of runs) run.kill();
    rmSync(home, { recursive: true });
  });

  test('stops what it used once no other run does', () => {
    const pid = script('redis-up.sh', [], one);
    expect(script('redis-up.sh', [], two)).toBe(pid);
    script('down.sh', ['--release', one]);
    expect(running(pid)).toBe(true);
    script('down.sh', ['--release', two]);
    expect(running(pid)).toBe(false);
  });

  test('does not wait for a run that was killed', async () => {
    const killed = spawn('sleep', ['300']);
    const pid = script('redis-up.sh', [], String(killed.pid));
    expect(script('redis-up.sh', [], one)).toBe(pid);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    script('down.sh', ['--release', one]);
    expect(running(pid)).toBe(false);
  });

  test('leaves what was started by hand', () => {
    const pid = script('redis-up.sh', []);
    expect(script('redis-up.sh', [], one)).toBe(pid);
    script('down.sh', ['--release', one]);
    expect(running(pid)).toBe(true);
    script('down.sh', []);
    expect(running(pid)).toBe(false);
  });

  test('takes no other program for the server whose process id it was given', () => {
    const folder = join(home, 'run', `redis-${port}`);
    const pid = script('redis-up.sh', []);
    script('down.sh', []);
    writeFileSync(join(folder, 'pid'), `${one} 1\n`);
    script('down.sh', []);
    expect(running(Number(one))).toBe(true);
    expect(script('redis-up.sh', [])).not.toBe(pid);
  });
});

test('no script of the servers installs anything', () => {
  for (const name of ['common', 'kafka-up', 'postgres-up', 'redis-up', 'prometheus-up', 'up', 'down'])
    expect(readFileSync(`${scripts}${name}.sh`, 'utf8')).not.toMatch(/\bapt/);
});
