import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { strings } from '../strings.js';

/** For what can't be undone: the button asks once more before it does it. */
export function Sure({
  children,
  label,
  onSure,
  busy,
  disabled,
}: {
  children: string;
  label: string;
  onSure: () => void;
  busy?: boolean;
  disabled?: boolean;
}) {
  const [asked, setAsked] = useState(false);
  const second = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (asked) second.current?.focus();
  }, [asked]);
  if (!asked)
    return (
      <Button
        size="compact-sm"
        variant="default"
        aria-label={label}
        loading={busy ?? false}
        disabled={disabled ?? false}
        onClick={() => setAsked(true)}
      >
        {children}
      </Button>
    );
  return (
    <>
      <Button
        ref={second}
        size="compact-sm"
        color="var(--bad-strong)"
        aria-label={`${label}. ${strings.common.sure}`}
        title={strings.common.sure}
        onClick={() => {
          setAsked(false);
          onSure();
        }}
      >
        {children}
      </Button>
      <Button size="compact-sm" variant="default" onClick={() => setAsked(false)}>
        {strings.common.cancel}
      </Button>
    </>
  );
}
