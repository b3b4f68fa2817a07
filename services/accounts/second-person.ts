import type { Runtime } from '../runtime/index.js';
import { listPeople } from './people.js';
import { scopesOf } from './roles.js';
import type { Scope } from './scopes.js';

/** Whether there is somebody else who may do this: a second person is asked as soon as there is one. */
export async function hasSecondPerson(runtime: Pick<Runtime, 'db'>, by: string, scope: Scope): Promise<boolean> {
  const people = await listPeople(runtime);
  return people.some(row => {
    const scopes = scopesOf(row.role);
    return row.name !== by && row.disabled_at === null && (scopes.has(scope) || scopes.has('admin'));
  });
}
