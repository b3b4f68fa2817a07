import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { roles, scopesOf } from '../../services/accounts/index.js';
import { calls } from '../../services/console/api/openapi/calls.js';
import { type Installed, install } from '../console/installation.js';
import { addPerson, type Browser, logIn } from './browser.js';

/** Every call that there is, by every role: it is let through where the table says so, and else it is refused. */
let here: Installed;
const people = new Map<string, Browser>();
beforeAll(async () => {
  here = await install();
  for (const role of roles) {
    await addPerson(here, `the ${role}`, role);
    people.set(role, await logIn(here, `the ${role}`));
  }
});
afterAll(() => here.stop());

const asked = calls.filter(call => call.path.startsWith('/v1/') && call.scope !== undefined);
const concrete = (path: string): string => path.replace(/\{(\w+)\}/g, 'x1');

describe.each(roles)('%s', role => {
  const scopes = scopesOf(role);
  test.each(asked.map(call => [call.method.toUpperCase(), call.path, call.scope!] as const))(
    '%s %s (%s)',
    async (method, path, scope) => {
      // A body that is refused after the guard: nothing is really changed.
      const answer = await people
        .get(role)!
        .ask(concrete(path), { method, ...(method === 'GET' ? {} : { body: { unheardOf: 1 } }) });
      await answer.body?.cancel();
      const allowed = scopes.has(scope) || scopes.has('admin');
      if (allowed) expect([401, 403]).not.toContain(answer.status);
      else expect(answer.status).toBe(403);
    },
  );
});

test('without a login or a key, nothing that asks for a scope answers', async () => {
  for (const { method, path } of asked) {
    const answer = await fetch(`${here.url}${concrete(path)}`, { method: method.toUpperCase() });
    expect([path, answer.status]).toEqual([path, 401]);
    await answer.body?.cancel();
  }
});

test('a regulator reads figures and nothing that identifies a person', () => {
  expect([...scopesOf('regulator')]).toEqual(['figures:read']);
});
