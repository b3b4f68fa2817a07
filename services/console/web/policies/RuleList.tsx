import { NumberInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { Badge } from '../parts/Badge.js';
import table from '../parts/Table.module.css';
import { toneOfAction } from '../parts/tones.js';
import { strings, told } from '../strings.js';
import styles from './Policies.module.css';
import { nameOfThreshold, sentenceOf, words } from './sentence.js';
import { type Path, type RuleText, thresholdsOf, type Written } from './text.js';

const actionOf = (action: string): string => strings.actions[action as 'allow'] ?? action;
const toneOf = (action: string) => toneOfAction[action as 'allow'] ?? 'mute';

function Score({ label, value, onChange }: { label: string; value: number; onChange: (value: number) => void }) {
  return (
    <NumberInput
      size="xs"
      w="11rem"
      label={label}
      value={value}
      min={0}
      max={1}
      step={0.01}
      decimalScale={4}
      clampBehavior="strict"
      onChange={given => {
        if (typeof given === 'number') onChange(given);
      }}
    />
  );
}

function Rule({
  rule,
  at,
  held,
  change,
  edit,
}: {
  rule: RuleText;
  at: number;
  held: boolean;
  change: string | undefined;
  edit: Edit | undefined;
}): ReactNode {
  const thresholds = edit ? thresholdsOf(rule) : [];
  return (
    <li>
      <h3>
        {rule.name} <Badge tone={toneOf(rule.action)}>{actionOf(rule.action)}</Badge>{' '}
        {held && <Badge tone="bad">{words.rule.held}</Badge>}
        {change && <Badge tone="warn">{words.difference.changes[change]}</Badge>}
      </h3>
      <p>{sentenceOf(rule)}</p>
      <p className={table.dim}>{rule.reason && told(rule.reason)}</p>
      {edit && thresholds.length > 0 && (
        <div className={styles.fields}>
          {thresholds.map(one => (
            <Score
              key={one.path.join('.')}
              label={`${nameOfThreshold(one)} (${rule.name})`}
              value={one.value}
              onChange={value => edit(['rules', at, ...one.path], value)}
            />
          ))}
        </div>
      )}
    </li>
  );
}

type Edit = (path: Path, value: number) => void;

/** Each rule as a sentence; with `edit`, its thresholds in fields. */
export function RuleList({
  of,
  held = new Set(),
  changed = new Map(),
  edit,
}: {
  of: Written;
  held?: ReadonlySet<string>;
  /** How rules differ from where they come from; these are listed first. */
  changed?: ReadonlyMap<string, 'added' | 'changed'>;
  edit?: Edit | undefined;
}) {
  return (
    <>
      {edit && of.floor !== undefined && (
        <Score label={words.rule.floor} value={of.floor} onChange={value => edit(['floor'], value)} />
      )}
      <ol className={styles.rules}>
        {of.rules
          .map((rule, at) => ({ rule, at, change: changed.get(rule.name) }))
          .sort((a, b) => Number(b.change !== undefined) - Number(a.change !== undefined))
          .map(({ rule, at, change }) => (
            <Rule key={rule.name} rule={rule} at={at} held={held.has(rule.name)} change={change} edit={edit} />
          ))}
      </ol>
    </>
  );
}
