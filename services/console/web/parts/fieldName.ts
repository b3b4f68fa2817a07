/** What the form calls a control: its label, else the legend of the group that it is one of many in. */
function calledOf(control: HTMLInputElement): string {
  const legend =
    control.type === 'checkbox' || control.type === 'radio'
      ? control.closest('fieldset')?.querySelector('legend')?.textContent
      : undefined;
  const label = control.labels?.[0]?.cloneNode(true) as HTMLElement | undefined;
  // The star of what is required is for the eye.
  for (const hidden of label?.querySelectorAll('[aria-hidden]') ?? []) hidden.remove();
  return (legend || label?.textContent || control.getAttribute('aria-label') || '').trim();
}

/**
 * What a field is called where `near` stands: the label of the control that has the name of the path, or of a part of it, last first; a control may list
 * other parts as `data-sent`. The path itself where there is none.
 */
export function fieldName(near: Element | null, path: string): string {
  const form = near?.closest('form, section, li, main') ?? null;
  const parts = path.split(/[.[\]]+/).filter(part => /^\D/.test(part));
  for (const name of [path, ...parts.reverse()]) {
    const quoted = CSS.escape(name);
    const control = form?.querySelector<HTMLInputElement>(
      `:is(input, select, textarea):is([name="${quoted}"], [data-sent~="${quoted}"])`,
    );
    const called = control && calledOf(control);
    if (called) return called;
  }
  return path;
}
