import { typesetFrench } from '../../../contracts/french.js';
import { fieldReasons } from './field-reasons.js';
import { filled, finder } from './patterns.js';
import { policyReasons, yamlReasons } from './policy-reasons.js';
import { reasons, type Said, values } from './reasons.js';

const find = finder<Said>({ ...reasons, ...fieldReasons, ...policyReasons, ...yamlReasons });

/** What the server said in English, in the reader's language; as it is where the words don't know it. Pure. */
export function translated(said: string, to: 'fr' | 'de'): string {
  const found = find(said);
  if (!found) return said;
  const n = to === 'fr' ? 0 : 1;
  const printed = to === 'fr' ? typesetFrench(found.words[n]) : found.words[n];
  return filled(printed, found.put, (name, value) => {
    if (name === 'reason') return translated(value, to);
    // Labels as a policy is to name them: the words between them are none of the policy.
    if (name === 'labels')
      return value.replaceAll(' with confirmed: true', ' (confirmed: true)').replaceAll(', or ', ', ');
    const word = name === 'act' ? `to be ${value}` : value;
    return name === 'state' || name === 'act' ? ((values as Record<string, Said>)[word]?.[n] ?? value) : value;
  });
}
