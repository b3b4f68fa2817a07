import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api.js';
import { Choice } from '../parts/Choice.js';
import { Problem } from '../parts/Said.js';
import table from '../parts/Table.module.css';
import { strings } from '../strings.js';
import styles from './Policies.module.css';
import { words } from './sentence.js';

const said = words.difference;

interface Answer {
  from: string;
  to: string;
  text: string;
  rules: {
    rule: string;
    change: string;
    fields: { path: string; from?: unknown; to?: unknown }[];
  }[];
}

type Kind = '-' | '+' | ' ' | '@';
interface Line {
  kind: Kind;
  text: string;
}

/** The lines of a patch, without its head. */
const linesOf = (patch: string): Line[] => {
  const all = patch.split('\n');
  const first = all.findIndex(line => line.startsWith('@@'));
  return all.slice(Math.max(0, first)).flatMap((line): Line[] => {
    const kind = line[0];
    if (kind === '@') return [{ kind, text: '…' }];
    return kind === '-' || kind === '+' || kind === ' ' ? [{ kind, text: line.slice(1) }] : [];
  });
};

/** What stands beside what: lines that were removed beside those that came for them. */
function besideOf(lines: readonly Line[]): [Line | undefined, Line | undefined][] {
  const pairs: [Line | undefined, Line | undefined][] = [];
  let left: Line[] = [];
  let come: Line[] = [];
  const flush = (): void => {
    for (let n = 0; n < Math.max(left.length, come.length); n++) pairs.push([left[n], come[n]]);
    left = [];
    come = [];
  };
  for (const line of lines) {
    if (line.kind === '-') left.push(line);
    else if (line.kind === '+') come.push(line);
    else {
      flush();
      pairs.push([line, line]);
    }
  }
  flush();
  return pairs;
}

/** The sign says it, not the colour alone; screen readers hear a word. */
function Cells({ line }: { line: Line | undefined }) {
  const { kind, text } = line ?? { kind: ' ', text: '' };
  return (
    <>
      <td className={styles.sign} data-kind={kind}>
        {kind === '-' && (
          <>
            <span aria-hidden="true">−</span>
            <span className="hidden-visually">{said.left}</span>
          </>
        )}
        {kind === '+' && (
          <>
            <span aria-hidden="true">+</span>
            <span className="hidden-visually">{said.come}</span>
          </>
        )}
      </td>
      <td data-kind={kind}>{kind === '-' ? <del>{text}</del> : kind === '+' ? <ins>{text}</ins> : text}</td>
    </>
  );
}

export function Patch({ text, from, to, view }: { text: string; from: string; to: string; view: 'unified' | 'side' }) {
  const lines = linesOf(text);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached.
    <section className={styles.diff} tabIndex={0} aria-label={said.byLine}>
      <table>
        <thead>
          <tr>
            <th scope="col" colSpan={2}>
              {view === 'side' ? said.before(from) : `− ${said.before(from)}, + ${said.after(to)}`}
            </th>
            {view === 'side' && (
              <th scope="col" colSpan={2}>
                {said.after(to)}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {view === 'side'
            ? besideOf(lines).map(([left, come], n) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name, and stay where they are.
                <tr key={n}>
                  <Cells line={left} />
                  <Cells line={come} />
                </tr>
              ))
            : lines.map((line, n) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: likewise.
                <tr key={n}>
                  <Cells line={line} />
                </tr>
              ))}
        </tbody>
      </table>
    </section>
  );
}

const shown = (value: unknown): string =>
  value === undefined ? said.gone : typeof value === 'string' ? value : JSON.stringify(value);

/** What changes if this version takes the place of the live one. */
export function Difference({ id }: { id: string }) {
  const [view, setView] = useState<'unified' | 'side'>('unified');
  const read = useQuery({
    queryKey: ['policy-difference', id],
    queryFn: () => ask<Answer>(`/v1/policies/${encodeURIComponent(id)}/difference`),
  });
  if (!read.data)
    return read.error ? <Problem of={read.error} /> : <p className={table.none}>{strings.frame.loading}</p>;
  const { from, to, text, rules } = read.data;
  if (from === to) return <p className={table.none}>{said.live}</p>;
  if (text === '' && rules.length === 0) return <p className={table.none}>{said.none}</p>;
  return (
    <>
      {rules.length > 0 && (
        <section className={styles.part} aria-label={said.byRule}>
          <h2>{said.byRule}</h2>
          <ul className={styles.changes}>
            {rules.map(({ rule, change, fields }) => (
              <li key={rule}>
                <strong>{rule}</strong> {said.changes[change] ?? change}
                {fields.map(({ path, from: was, to: is }) => (
                  <div key={path}>
                    <code>{path}</code> {said.to(shown(was), shown(is))}
                  </div>
                ))}
              </li>
            ))}
          </ul>
        </section>
      )}
      <div className={styles.top}>
        <h2>{said.byLine}</h2>
        <Choice
          label={said.view}
          value={view}
          onChange={setView}
          options={(['unified', 'side'] as const).map(name => [name, said.views[name]] as const)}
        />
      </div>
      <Patch text={text} from={from} to={to} view={view} />
    </>
  );
}
