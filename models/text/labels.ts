/** What the model scores, in the order of its outputs. `ve`, violent extremism, is the one to rank by. */
export const labels = ['any', 've', 'weak', 'hate', 'incitement', 'glorification', 'recruitment', 'threat'] as const;
export type Label = (typeof labels)[number];

/** Labels of posts that together make `ve`. */
export const violentExtremism: ReadonlySet<string> = new Set(['incitement', 'glorification', 'recruitment', 'threat']);

/** The label of a source whose annotation is the account's stance, not the post's content. */
export const weakLabel = 'terror_support_weak';

/** Whether a post labelled `label` is a positive of `head`, a negative, or says nothing about it. */
export function target(head: Label, label: string): 0 | 1 | undefined {
  if (label === 'none') return 0;
  if (label === weakLabel) return head === 'any' || head === 'weak' ? 1 : undefined;
  if (head === 'any') return 1;
  if (head === 'weak') return undefined;
  if (label === 'hate') return head === 'hate' ? 1 : 0;
  if (head === 've') return 1;
  // A threat may also be hateful, and an incitement also glorify: only the one that was marked is known.
  return head === label ? 1 : undefined;
}

/** How much a post labelled `label` counts in the loss of `head`. */
export function weight(head: Label, label: string): number {
  if (label === weakLabel && head === 'any') return 0.5;
  if (label === 'hate' && head !== 'hate' && head !== 'any') return 0.5;
  return 1;
}
