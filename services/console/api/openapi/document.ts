import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { problemSchema } from './answers.js';
import type { Call } from './call.js';
import { calls } from './calls.js';

type Json = Record<string, unknown>;

const statuses: Readonly<Record<number, string>> = {
  400: 'Not JSON, or not UTF-8.',
  401: 'No key, or a wrong one.',
  403: 'The key lacks the scope.',
  404: 'There is no such thing.',
  409: 'It contradicts what there is.',
  410: 'It was there, and is erased.',
  413: 'Too large.',
  415: 'Another media type than this call takes.',
  422: 'A field or parameter is missing or wrong; `errors` names it.',
  429: 'Too much at once; try again after `Retry-After`.',
  503: 'Something that it needs is away. Nothing was done; try again after `Retry-After`.',
};

/** JSON Schema 2020-12, which OpenAPI 3.1 takes as it is. Shown as the caller meets it: what has a default may be left out of a request. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  // Integers without a limit of their own carry JavaScript's, which says nothing to a caller.
  return JSON.parse(JSON.stringify(json), (_key, value) => {
    if (value && typeof value === 'object' && !Array.isArray(value)) {
      if (value.maximum === Number.MAX_SAFE_INTEGER) delete value.maximum;
      if (value.minimum === Number.MIN_SAFE_INTEGER) delete value.minimum;
    }
    return value;
  }) as Json;
}

const content = (body: Readonly<Record<string, z.ZodType>>, io: 'input' | 'output'): Json =>
  Object.fromEntries(Object.entries(body).map(([type, schema]) => [type, { schema: schemaOf(schema, io) }]));

function parametersOf({ path, query = {} }: Call): Json[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery = Object.entries(query).map(([name, schema]) => ({
    name,
    in: 'query',
    required: !schema.safeParse(undefined).success,
    schema: schemaOf(schema, 'input'),
  }));
  return [...inPath, ...inQuery];
}

function answersOf({ answers, problems = [], scope, body, query }: Call): Json {
  const refusals = new Set([...problems, ...(scope ? [401, 403] : []), ...(body || query ? [422] : [])]);
  for (const status of Object.keys(answers)) refusals.delete(Number(status));
  return Object.fromEntries([
    ...Object.entries(answers).map(([status, answer]) => [
      status,
      { description: answer?.description, ...(answer?.body && { content: content(answer.body, 'output') }) },
    ]),
    ...[...refusals].sort().map(status => [String(status), { $ref: `#/components/responses/${status}` }]),
  ]);
}

const operationId = ({ method, path }: Call): string =>
  [method, ...path.split(/[^\w]+/).filter(part => part && part !== 'v1')]
    .map((part, i) => (i === 0 ? part : part[0]!.toUpperCase() + part.slice(1)))
    .join('');

const operation = (call: Call): Json => ({
  operationId: operationId(call),
  summary: call.summary,
  tags: [call.tag],
  ...(call.scope ? { security: [{ key: [call.scope] }] } : {}),
  parameters: parametersOf(call),
  ...(call.body && { requestBody: { required: true, content: content(call.body, 'input') } }),
  responses: answersOf(call),
});

const { version } = JSON.parse(readFileSync(new URL('../../../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

let made: Json | undefined;

/** OpenAPI 3.1 of every call. */
export function openapi(url: string): Json {
  made ??= {
    openapi: '3.1.0',
    info: {
      title: 'Sans Délai',
      version,
      description:
        'Terrorist content removed without delay, and seen to be gone. Errors are RFC 9457 problem details. Times are RFC 3339, in UTC.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: calls.reduce<Record<string, Json>>((paths, call) => {
      paths[call.path] = { ...paths[call.path], [call.method]: operation(call) };
      return paths;
    }, {}),
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'A key with the scope that the call names.' },
      },
      schemas: { Problem: schemaOf(problemSchema, 'output') },
      responses: Object.fromEntries(
        Object.entries(statuses).map(([status, description]) => [
          status,
          {
            description,
            content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
          },
        ]),
      ),
    },
  };
  return { ...made, servers: [{ url }] };
}
