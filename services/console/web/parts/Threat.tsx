import { Checkbox } from '@mantine/core';
import styles from '../legal/Legal.module.css';
import { byName } from '../review/store.js';
import { locale } from '../strings.js';
import { inMine } from '../words/pick.js';
import { de, en, fr } from '../words/threats.js';

const words = inMine({ en, fr, de });
const regions = new Intl.DisplayNames(locale, { type: 'region' });
const nameOfState = (code: string): string => regions.of(code) ?? code;
const memberStates = 'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'
  .split(' ')
  .map(code => [code, nameOfState(code)] as const)
  .sort(([, a], [, b]) => byName(a, b));

export interface Addressee {
  who: string;
  name?: string;
  contact?: string;
}

/** "State FR", "home State DE", "Europol", as the server names them. */
function whoOf({ who, name }: Addressee): string {
  const code = / ([A-Z]{2})$/.exec(who)?.[1];
  const state = code ? nameOfState(code) : '';
  const told = who.startsWith('State')
    ? words.state(state)
    : who.startsWith('home')
      ? words.home(state && ` (${state})`)
      : words.europol;
  return name ? `${name} (${told})` : told;
}

/** Whom to tell, and how: the same to reviewers and to the desk. */
export function Tell({ of }: { of: readonly Addressee[] }) {
  return (
    <ul className={styles.doubts}>
      {of.map(one => (
        <li key={one.who}>
          <strong>{whoOf(one)}</strong>{' '}
          {one.contact ? <span>{one.contact}</span> : <span className={styles.bad}>{words.noContact}</span>}
        </li>
      ))}
    </ul>
  );
}

/** The States concerned, by their names. */
export function States({ of, onChange }: { of: readonly string[]; onChange: (states: string[]) => void }) {
  return (
    <fieldset data-wide className={styles.choices} style={{ border: 0, padding: 0, margin: 0 }}>
      <legend>{words.form.states}</legend>
      <p className={styles.dim}>{words.form.statesHelp}</p>
      <div className={styles.states} style={{ gridTemplateColumns: 'repeat(auto-fill, minmax(8.5rem, 1fr))' }}>
        {memberStates.map(([code, name]) => (
          <Checkbox
            key={code}
            size="xs"
            label={name}
            checked={of.includes(code)}
            onChange={event => onChange(event.currentTarget.checked ? [...of, code] : of.filter(one => one !== code))}
          />
        ))}
      </div>
    </fieldset>
  );
}
