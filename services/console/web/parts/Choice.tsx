import { SegmentedControl } from '@mantine/core';
import styles from './Choice.module.css';

/** One of a few, all in sight. */
export function Choice<V extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: V;
  options: readonly (readonly [V, string])[];
  onChange: (value: V) => void;
}) {
  return (
    <SegmentedControl
      classNames={{ root: styles.root, indicator: styles.chosen, label: styles.choice }}
      size="xs"
      aria-label={label}
      value={value}
      onChange={chosen => onChange(chosen as V)}
      data={options.map(([value, label]) => ({ value, label }))}
    />
  );
}
