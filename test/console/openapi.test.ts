import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { allTables, services } from '../../services/cli/services.js';
import { calls } from '../../services/console/api/openapi/calls.js';
import { createLog, openRuntime, type RunningService, readConfig, realTime } from '../../services/runtime/index.js';
import { eventually, forumPost, type Installed, install, testWords } from './installation.js';

let here: Installed;
beforeAll(async () => {
  here = await install();
});
afterAll(() => here.stop());

type Json = Record<string, unknown>;
interface Layer {
  route?: { path: string | string[]; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
}

/** Every route below a router, as `get /v1/posts/{id}`. */
function routesOf(layers: readonly Layer[]): string[] {
  return layers.flatMap(({ route, handle }) => {
    if (!route) return routesOf(handle.stack ?? []);
    return [route.path].flat().flatMap(path => {
      const template = path.replace(/[:*](\w+)/g, '{$1}');
      return Object.keys(route.methods).map(method => `${method} ${template}`);
    });
  });
}

test('every call of the services is described, and no other', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'sansdelai-console-'));
  const config = readConfig({ SANSDELAI_DATA: directory, SANSDELAI_PROBE: 'off' });
  const runtime = await openRuntime(config, realTime, createLog('silent', false), allTables);
  const running: RunningService[] = [];
  try {
    for (const service of services) running.push(await service.start(runtime));
    const registered = running.flatMap(({ routes }) =>
      routesOf((routes as unknown as { stack?: Layer[] })?.stack ?? []),
    );
    const described = calls.map(call => `${call.method} ${call.path}`);
    const versioned = (route: string): boolean => route.includes(' /v1/');
    expect([...new Set(registered.filter(versioned))].sort()).toEqual(described.filter(versioned).sort());
  } finally {
    for (const service of running) await service.stop();
    await runtime.stop();
    rmSync(directory, { recursive: true, force: true });
  }
});

test('the description is whole: parameters, answers, references, names', async () => {
  const answer = await fetch(`${here.url}/openapi.json`);
  const document = (await answer.json()) as Json & { paths: Record<string, Record<string, Json>>; components: Json };
  expect(document.openapi).toMatch(/^3\.1\./);
  expect(document.servers).toEqual([{ url: here.url }]);
  const names = new Set<string>();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const operation of Object.values(methods)) {
      const { operationId, responses, parameters } = operation as {
        operationId: string;
        responses: Json;
        parameters: { in: string; name: string; schema: Json }[];
      };
      expect(names).not.toContain(operationId);
      names.add(operationId);
      expect(Object.keys(responses).length).toBeGreaterThan(0);
      expect(parameters.filter(one => one.in === 'path').map(one => `{${one.name}}`)).toEqual(
        path.match(/\{\w+\}/g) ?? [],
      );
      if (path.startsWith('/v1/') && operation.security)
        expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '403']));
    }
  }
  const text = JSON.stringify(document);
  for (const [, reference] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const found = reference!.split('/').reduce<unknown>((part, name) => (part as Json | undefined)?.[name], document);
    expect(found).toBeDefined();
  }
  expect(text).not.toContain('"$schema"');
  const { requestBody } = document.paths['/v1/posts']!.post as {
    requestBody: { content: Record<string, { schema: Json }> };
  };
  const body = requestBody.content;
  expect(Object.keys(body)).toEqual(['application/json', 'application/x-ndjson']);
  expect(body['application/json']?.schema).toMatchObject({
    type: 'object',
    required: expect.not.arrayContaining(['version']),
  });
});

/** The answer of a call, checked against what is described of it. */
async function asDescribed(method: string, path: string, template: string, body?: object, type = 'application/json') {
  const answer = await here.ask(path, {
    method: method.toUpperCase(),
    ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': type } }),
  });
  const call = calls.find(one => one.method === method && one.path === template);
  const described = call?.answers[answer.status]?.body;
  if (!described) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
  const schema = described[(answer.headers.get('content-type') ?? '').split(';', 1)[0]!] as z.ZodType;
  const text = await answer.text();
  const values = text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as unknown);
  // Nothing that is answered is left out of the description.
  for (const value of type.includes('ndjson') ? values : [JSON.parse(text) as unknown])
    expect(schema.parse(value)).toEqual(value);
  return JSON.parse(values.length > 1 ? JSON.stringify(values) : text) as Json;
}

test('what the calls really answer is what is described', async () => {
  await asDescribed('post', '/v1/posts', '/v1/posts', forumPost('described'));
  await asDescribed('post', '/v1/posts', '/v1/posts', forumPost('described-2'), 'application/x-ndjson');
  await asDescribed('post', '/v1/posts?receipts=errors', '/v1/posts', { id: 'wrong' }, 'application/x-ndjson');
  const id = await here.write(`${testWords} as described`);
  await eventually(async () => {
    const { state } = (await (await here.ask(`/v1/posts/${id}?platform=sandbox`)).json()) as { state?: string };
    return state === 'gone' ? true : undefined;
  });
  await asDescribed('get', `/v1/posts/${id}?platform=sandbox`, '/v1/posts/{id}');
  await asDescribed('post', '/v1/posts/outcomes', '/v1/posts/outcomes', { platform: 'sandbox', ids: [id, 'unknown'] });
  await asDescribed('get', '/v1/removals', '/v1/removals');
  await asDescribed('get', '/v1/obligations', '/v1/obligations');
  await asDescribed('get', '/v1/pages', '/v1/pages');
  await asDescribed('get', '/v1/deliveries', '/v1/deliveries');
  await eventually(async () => ((await here.ask('/v1/ledger/entries/0')).ok ? true : undefined));
  await asDescribed('get', '/v1/ledger/entries/0', '/v1/ledger/entries/{index}');
  await asDescribed('get', '/v1/sla', '/v1/sla');
  await asDescribed('get', '/v1/sla/report?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z', '/v1/sla/report');
  const erasure = { platform: 'sandbox', post: id, reason: 'a test of the description' };
  await asDescribed('post', '/v1/ledger/erasures', '/v1/ledger/erasures', erasure);

  // An entry that nobody here confirmed sends what it matches to a person.
  const text = 'Another sentence that this test puts into a bank of its own, unconfirmed.';
  const entry = await asDescribed('post', '/v1/banks/described/entries', '/v1/banks/{bank}/entries', {
    kind: 'text',
    text,
    source: 'test',
  });
  await asDescribed('get', '/v1/banks/described/entries', '/v1/banks/{bank}/entries');
  const queue = await eventually(async () => {
    await here.ask('/v1/posts', {
      method: 'POST',
      body: JSON.stringify(forumPost(`queued-${realTime.uuid()}`, { text })),
    });
    const found = await asDescribed('get', '/v1/cases', '/v1/cases');
    return (found.cases as { id: string }[])[0];
  });
  await eventually(async () => {
    const { clocks } = (await asDescribed('get', '/v1/clocks', '/v1/clocks')) as { clocks: unknown[] };
    return clocks[0];
  });
  const decision = { decision: 'keep', reason: 'Nothing is wrong with it.' };
  await asDescribed('post', `/v1/cases/${queue.id}/decisions`, '/v1/cases/{id}/decisions', decision);
  const removed = await here.ask(`/v1/banks/described/entries/${entry.id}`, { method: 'DELETE' });
  expect(removed.status).toBe(204);

  await here.runtime.commit(
    [],
    [
      {
        topic: 'assessments',
        event: { id: 'b', type: 'post.assessed.v1', source: '/test', time: 1, key: 'k', data: {} },
      },
    ],
  );
  const letter = await eventually(async () => {
    const found = await asDescribed('get', '/v1/dead-letters', '/v1/dead-letters');
    return (found.deadLetters as { id: string }[])[0];
  });
  await asDescribed('post', `/v1/dead-letters/${letter.id}/replay`, '/v1/dead-letters/{id}/replay');
  for (const path of ['/healthz', '/readyz', '/openapi.json']) await asDescribed('get', path, path);
});
