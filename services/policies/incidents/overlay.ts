import { inOrder, type Policy } from '../decide.js';
import type { Rule } from '../schema.js';

/** An incident in force, as far as posts are concerned. Times in ms since 1970. */
export interface Incident {
  id: string;
  name: string;
  bank: string;
  thresholds: Readonly<Record<string, number>>;
  languages?: readonly string[] | undefined;
  people: readonly string[];
  expiresAt: number;
}

/** The queue of an incident; the rules that it adds begin so too. */
export const queueOf = (name: string): string => `incident-${name}`;

/** The rules that it adds. */
export const rulesOf = ({ name, bank, thresholds, languages }: Incident): Rule[] => {
  const queue = queueOf(name);
  const post = languages ? { post: { language: [...languages] } } : {};
  const lower = Object.entries(thresholds).map(
    ([label, atLeast]): Rule => ({
      name: `${queue}-${label}`.slice(0, 63),
      action: 'review',
      when: { finding: { signal: 'text-model', label: [label], atLeast }, ...post },
      queue,
      priority: 'score',
      reason: `Incident ${name}: the text model gives ${label} ${atLeast} or more, which is enough until it ends.`,
    }),
  );
  const match: Rule = {
    name: `${queue}-match`,
    action: 'review',
    when: { finding: { bank: [bank], confirmed: false } },
    queue,
    priority: 0.95,
    reason: `Incident ${name}: the post matches an entry of its bank that nobody here has confirmed yet.`,
  };
  return [match, ...lower];
};

/**
 * The policy as it is while incidents last: their rules come before its own of the same action. They only send to people; what removes by itself
 * is as before, also in an incident's bank (promise 4). It stays the version that it is, and says which they are. Pure.
 * @param now ms since 1970: an incident whose time is over changes nothing, whether or not anybody has noted its end
 */
export function withIncidents(policy: Policy, incidents: readonly Incident[], now: number): Policy {
  const lasting = incidents.filter(({ expiresAt }) => expiresAt > now);
  if (lasting.length === 0) return policy;
  const named = lasting.map(({ name, id }) => `${queueOf(name)}@${id.slice(0, 8)}`);
  return { ...policy, incidents: named, rules: inOrder([...lasting.flatMap(rulesOf), ...policy.rules]) };
}
