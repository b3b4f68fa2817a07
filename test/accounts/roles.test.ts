import { addKey, type Role, roles, type Scope, scopesOf } from '../../services/accounts/index.js';
import { scopeNames } from '../../services/accounts/scope-names.js';
import { calls } from '../../services/console/api/openapi/calls.js';
import { type Installed, install } from '../console/installation.js';
import { addPerson, type Browser, logIn } from './browser.js';
import { endpointsOf } from './endpoints.js';

/**
 * Who may call what. A scope: a person whose role has it, or a key that has it. `person`: whoever is signed in, no key; with a scope, whose role has
 * it. `page`: with the scope, and on this machine nobody in particular, as the live page is open there. `signed`: whoever signs the
 * request itself. `anybody`: also where a link carries its own secret, and nothing is there without it.
 */
type Asked = Scope | `person ${Scope}` | `page ${Scope}` | 'person' | 'signed' | 'anybody';
const table: Record<string, Asked> = {
  'GET /console/api/banks': 'banks:read',
  'POST /console/api/dead-letters/:id/replay': 'page dead-letters:replay',
  'GET /console/api/live': 'page posts:read',
  'GET /console/api/panels': 'page figures:read',
  'GET /console/api/posts/:id': 'page posts:read',
  'GET /console/api/posts/:id/text': 'page posts:read',
  'GET /console/api/quality': 'quality:read',
  'GET /console/api/quality/disagreements': 'quality:read',
  'POST /console/api/quality/disagreements/:id': 'quality:write',
  'GET /console/api/quality/disagreements/:id/text': 'quality:read',
  'GET /console/api/quality/golden': 'quality:read',
  'POST /console/api/quality/golden': 'quality:write',
  'DELETE /console/api/quality/golden/:id': 'quality:write',
  'GET /console/api/quality/mine': 'cases:decide',
  'PUT /console/api/quality/settings': 'quality:write',
  'GET /console/api/quality/told': 'cases:decide',
  'POST /console/api/quality/told': 'cases:decide',
  'GET /console/api/queue': 'queue:lead',
  'PATCH /console/api/queue/people/:name': 'queue:lead',
  'GET /console/api/reinstated': 'figures:read',
  'GET /console/api/review/:id/alike': 'cases:decide',
  'POST /console/api/review/:id/alike/decision': 'cases:decide',
  'DELETE /console/api/review/:id/decision': 'cases:decide',
  'PUT /console/api/review/:id/decision': 'cases:decide',
  'POST /console/api/review/:id/hand-over': 'cases:decide',
  'GET /console/api/review/:id/media/:n': 'cases:decide',
  'POST /console/api/review/:id/notes': 'cases:decide',
  'POST /console/api/review/:id/release': 'cases:decide',
  'POST /console/api/review/:id/translation': 'cases:decide',
  'POST /console/api/review/claim': 'cases:decide',
  'GET /console/api/review/desk': 'cases:decide',
  'PUT /console/api/review/opted': 'cases:decide',
  'POST /console/api/review/take-back': 'cases:decide',
  'DELETE /console/api/samples': 'banks:write',
  'GET /console/api/samples': 'banks:write',
  'POST /console/api/samples': 'banks:write',
  'POST /console/api/search': 'cases:decide',
  'POST /console/api/search/decision': 'cases:decide',
  'GET /v1/approvals': 'person approvals:decide',
  'POST /v1/approvals/:id/decision': 'person',
  'GET /v1/authorities': 'orders:read',
  'POST /v1/authorities/:id/confirm': 'orders:decide',
  'GET /v1/backtests': 'policies:read',
  'POST /v1/backtests': 'policies:write',
  'DELETE /v1/backtests/:id': 'policies:write',
  'GET /v1/backtests/:id': 'policies:read',
  'GET /v1/backtests/:id/changes': 'policies:read',
  'GET /v1/backtests/:id/export.csv': 'policies:read',
  'GET /v1/backtests/:id/export.json': 'policies:read',
  'POST /v1/backtests/:id/posts': 'policies:write',
  'GET /v1/banks/:bank/entries': 'banks:read',
  'POST /v1/banks/:bank/entries': 'banks:write',
  'DELETE /v1/banks/:bank/entries/:id': 'banks:write',
  'POST /v1/banks/:bank/entries/:id/confirm': 'banks:write',
  'POST /v1/banks/:bank/import': 'banks:write',
  'POST /v1/banks/:bank/together': 'banks:write',
  'POST /v1/banks/lookup': 'banks:read',
  'POST /v1/banks/preview': 'banks:write',
  'GET /v1/cases': 'cases:read',
  'POST /v1/cases/:id/decisions': 'cases:decide',
  'GET /v1/clocks': 'clocks:read',
  'GET /v1/dead-letters': 'dead-letters:read',
  'POST /v1/dead-letters/:id/replay': 'dead-letters:replay',
  'GET /v1/deliveries': 'deliveries:read',
  'POST /v1/deliveries/:id/replay': 'deliveries:replay',
  'GET /v1/desk/attempts': 'orders:read',
  'GET /v1/desk/cases': 'orders:read',
  'POST /v1/desk/cases/:id/seen': 'orders:decide',
  'GET /v1/desk/orders': 'orders:read',
  'GET /v1/exchange': 'banks:read',
  'POST /v1/exchange/:name/go-on': 'banks:write',
  'POST /v1/exchange/:name/pull': 'banks:write',
  'POST /v1/exchange/hashes': 'signed',
  'GET /v1/exposed-provider': 'orders:read',
  'POST /v1/exposed-provider': 'person orders:decide',
  'POST /v1/exposed-provider/lift': 'person orders:decide',
  'POST /v1/exposed-provider/reports': 'orders:decide',
  'POST /v1/exposed-provider/reviews': 'orders:decide',
  'GET /v1/incidents': 'policies:read',
  'POST /v1/incidents': 'policies:write',
  'GET /v1/incidents/:id': 'policies:read',
  'POST /v1/incidents/:id/end': 'policies:write',
  'GET /v1/keys': 'admin',
  'POST /v1/keys': 'admin',
  'DELETE /v1/keys/:id': 'admin',
  'GET /v1/ledger/checkpoint': 'anybody',
  'GET /v1/ledger/entries/:index': 'ledger:details',
  'POST /v1/ledger/erasures': 'ledger:erase',
  'GET /v1/ledger/keys': 'anybody',
  'GET /v1/ledger/openings': 'figures:read',
  'GET /v1/ledger/tile/*path': 'anybody',
  'GET /v1/models': 'posts:read',
  'GET /v1/models/:name/comparison': 'policies:read',
  'POST /v1/models/:name/draft': 'policies:write',
  'POST /v1/models/:name/promote': 'policies:write',
  'POST /v1/models/:name/roll-back': 'policies:write',
  'POST /v1/models/:name/shadow': 'policies:write',
  'GET /v1/obligations': 'clocks:read',
  'GET /v1/pages': 'clocks:read',
  'GET /v1/pages/:id/acknowledge': 'anybody',
  'POST /v1/pages/:id/acknowledge': 'pages:acknowledge',
  'GET /v1/people': 'admin',
  'POST /v1/people': 'admin',
  'PATCH /v1/people/:name': 'admin',
  'GET /v1/policies': 'policies:read',
  'POST /v1/policies': 'policies:write',
  'GET /v1/policies/:id': 'policies:read',
  'POST /v1/policies/:id/canary': 'policies:write',
  'GET /v1/policies/:id/comparison': 'policies:read',
  'GET /v1/policies/:id/difference': 'policies:read',
  'POST /v1/policies/:id/draft': 'policies:write',
  'GET /v1/policies/:id/examples': 'policies:read',
  'POST /v1/policies/:id/promote': 'policies:write',
  'POST /v1/policies/:id/retire': 'policies:write',
  'POST /v1/policies/:id/seen': 'policies:write',
  'POST /v1/policies/:id/shadow': 'policies:write',
  'POST /v1/policies/check': 'policies:read',
  'POST /v1/policies/roll-back': 'policies:write',
  'GET /v1/policies/schema.json': 'anybody',
  'POST /v1/posts': 'posts:write',
  'GET /v1/posts/:id': 'posts:read',
  'POST /v1/posts/outcomes': 'posts:read',
  'GET /v1/preserved': 'preserved:read',
  'GET /v1/preserved/:id': 'person preserved:read',
  'POST /v1/preserved/:id/openings': 'person preserved:read',
  'POST /v1/preserved/:id/prolong': 'orders:decide',
  'GET /v1/removal-orders': 'orders:read',
  'POST /v1/removal-orders': 'orders:write',
  'GET /v1/removal-orders/:id': 'orders:read',
  'POST /v1/removal-orders/:id/events': 'orders:decide',
  'GET /v1/removal-orders/:id/feedback': 'orders:read',
  'GET /v1/removal-orders/:id/files/:file': 'orders:read',
  'GET /v1/removal-orders/:id/forms/:file': 'orders:read',
  'GET /v1/removal-orders/:id/order.:kind': 'orders:read',
  'GET /v1/removals': 'cases:read',
  'GET /v1/rule-holds': 'policies:read',
  'POST /v1/rule-holds': 'policies:write',
  'POST /v1/rule-holds/:id/lift': 'policies:write',
  'GET /v1/score-drifts': 'policies:read',
  'DELETE /v1/session': 'person',
  'GET /v1/session': 'anybody',
  'POST /v1/session': 'anybody',
  'POST /v1/session/codes': 'person',
  'POST /v1/session/codes/confirm': 'person',
  'GET /v1/session/oidc': 'anybody',
  'GET /v1/session/oidc/callback': 'anybody',
  'POST /v1/session/password': 'person',
  'GET /v1/sessions': 'person',
  'DELETE /v1/sessions/:id': 'person',
  'GET /v1/sla': 'figures:read',
  'GET /v1/sla/report': 'figures:read',
  'GET /v1/sla/report/openings': 'figures:read',
  'GET /v1/threats': 'orders:read',
  'POST /v1/threats': 'threats:report',
  'POST /v1/threats/:id/told': 'threats:report',
  'GET /v1/what-if': 'policies:read',
  'GET /v1/what-if/curve': 'policies:read',
  'GET /v1/what-if/labels': 'policies:read',
};

let here: Installed;
const people = new Map<Role, Browser>();
const keys = new Map<Scope, string>();
beforeAll(async () => {
  here = await install();
  for (const role of roles) {
    await addPerson(here, `the ${role}`, role);
    people.set(role, await logIn(here, `the ${role}`));
  }
  for (const scope of scopeNames) {
    keys.set(scope, `sd_a key of the tests for ${scope}`.replaceAll(' ', '-'));
    await here.runtime.commit([addKey(here.runtime, keys.get(scope)!, scope, scope, [scope], 'the tests')]);
  }
});
afterAll(() => here?.stop());

/** The last part tells a file from a folder; nothing is there under any of these names. */
const concrete = (endpoint: string): string => endpoint.replace(/^\w+ /, '').replace(/[:*]\w+/g, 'x1');
const methodOf = (endpoint: string): string => endpoint.slice(0, endpoint.indexOf(' '));

/** What a call with a body that no endpoint takes is answered: whoever is let through is told of the body, or that nothing is there. */
async function statusOf(
  endpoint: string,
  ask: (path: string, init: { method: string; body?: unknown }) => Promise<Response>,
) {
  const method = methodOf(endpoint);
  const answer = await ask(concrete(endpoint), { method, ...(method !== 'GET' && { body: { unheardOf: 1 } }) });
  await answer.body?.cancel();
  return answer.status;
}
const withHeaders =
  (headers: Record<string, string>) =>
  (path: string, { method, body }: { method: string; body?: unknown }): Promise<Response> =>
    fetch(`${here.url}${path}`, {
      method,
      redirect: 'manual',
      headers: { ...headers, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });

type Verdict = 'let through' | 401 | 403;
const verdictOf = (status: number): Verdict => (status === 401 || status === 403 ? status : 'let through');
const has = (scopes: ReadonlySet<Scope>, scope: string): boolean => scopes.has(scope as Scope) || scopes.has('admin');

function expected(asked: Asked, who: { role?: Role; key?: Scope }): Verdict {
  const [kind = '', named] = asked.split(' ');
  const scope = named ?? kind;
  if (asked === 'anybody') return 'let through';
  if (asked === 'signed') return 401;
  const scopes = who.role ? scopesOf(who.role) : new Set(who.key ? [who.key] : []);
  if (kind === 'person' && !who.role) return 401;
  if (asked === 'person') return 'let through';
  if (!who.role && !who.key) return kind === 'page' ? 'let through' : 401;
  return has(scopes, scope) ? 'let through' : 403;
}

/** What differs from the table, all of it at once. */
async function differing(
  who: { role?: Role; key?: Scope },
  ask: Parameters<typeof statusOf>[1],
): Promise<Record<string, unknown>> {
  const wrong: Record<string, unknown> = {};
  const look = async (endpoint: string): Promise<void> => {
    const status = await statusOf(endpoint, ask);
    const wanted = expected(table[endpoint]!, who);
    if (verdictOf(status) !== wanted || status >= 500) wrong[endpoint] = { status, wanted };
  };
  const last = 'DELETE /v1/session';
  await Promise.all(Object.keys(table).map(endpoint => (endpoint === last ? undefined : look(endpoint))));
  await look(last);
  return wrong;
}

test('every endpoint that there is has its row, and no other', () => {
  expect(endpointsOf(here.routers)).toEqual(Object.keys(table).sort());
});

test.each(roles)('a %s may do what the table says', async role => {
  const browser = people.get(role)!;
  expect(await differing({ role }, (path, init) => browser.ask(path, init))).toEqual({});
});

test('nobody in particular may do what the table says', async () => {
  expect(await differing({}, withHeaders({}))).toEqual({});
});

test.each(scopeNames)('a key for %s may do what the table says', async key => {
  expect(await differing({ key }, withHeaders({ Authorization: `Bearer ${keys.get(key)}` }))).toEqual({});
});

test('what the API says of itself is what the table says', () => {
  const told = calls.filter(({ path, scope }) => path.startsWith('/v1/') && scope !== undefined);
  const wrong = told.filter(({ method, path, scope }) => {
    const asked = table[`${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`];
    return asked?.split(' ').at(-1) !== scope;
  });
  expect(wrong.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
});

test('a regulator reads figures and nothing that identifies a person', () => {
  expect([...scopesOf('regulator')]).toEqual(['figures:read']);
});
