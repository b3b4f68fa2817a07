import { Button } from '@mantine/core';
import { useRef } from 'react';
import { strings, toldOfField } from '../strings.js';
import styles from './Policies.module.css';
import { words } from './sentence.js';
import type { PolicyProblem } from './types.js';

const said = words.editor;

/** The text with its lines numbered; the numbers of those with a problem are marked, and each problem leads to its line. */
export function TextField({
  value,
  onChange,
  problems,
}: {
  value: string;
  onChange: (text: string) => void;
  problems: readonly PolicyProblem[];
}) {
  const field = useRef<HTMLTextAreaElement>(null);
  const numbers = useRef<HTMLOListElement>(null);
  const bad = new Set(problems.flatMap(({ line }) => line ?? []));
  const lines = value.split('\n');
  const goTo = (line: number): void => {
    const at = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    const area = field.current;
    if (!area) return;
    area.focus();
    area.setSelectionRange(at, at + (lines[line - 1]?.length ?? 0));
    area.scrollTop = (area.scrollHeight / lines.length) * Math.max(0, line - 6);
  };
  return (
    <>
      <div className={styles.code}>
        <ol className={styles.lines} ref={numbers} aria-hidden="true">
          {lines.map((_, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number.
            <li key={n} data-bad={bad.has(n + 1)}>
              {bad.has(n + 1) ? `! ${n + 1}` : n + 1}
            </li>
          ))}
        </ol>
        <textarea
          ref={field}
          aria-label={said.text}
          aria-invalid={problems.length > 0}
          value={value}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          onChange={event => onChange(event.currentTarget.value)}
          onScroll={event => {
            if (numbers.current) numbers.current.scrollTop = event.currentTarget.scrollTop;
          }}
        />
      </div>
      {problems.length > 0 && (
        <ul className={styles.problems}>
          {problems.slice(0, 20).map(({ path, message, line }) => (
            <li key={`${line} ${path} ${message}`}>
              {line !== undefined && (
                <Button size="compact-xs" variant="default" onClick={() => goTo(line)}>
                  {said.line(line)}
                </Button>
              )}
              {path && <code>{path}</code>}
              {path && strings.faults.colon} {toldOfField(message)}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
