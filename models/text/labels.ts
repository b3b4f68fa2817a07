/** What speaks against a post. `ve`, violent extremism, is the one to rank by. */
export const harms = ['any', 've', 'weak', 'hate', 'incitement', 'glorification', 'recruitment', 'threat'] as const;
/** Who speaks, and to what end: shown beside the harms. `other`: talk between people. */
export const contexts = ['news', 'religious', 'other'] as const;
export type Context = (typeof contexts)[number];

/** What the model scores, in the order of its outputs. */
export const labels = [...harms, 'context-news', 'context-religious', 'context-other'] as const;
export type Label = (typeof labels)[number];

/** What is known of a post: its label, and its context. */
export interface Known {
  label: string;
  context?: Context | undefined;
}

/** Labels of posts that together make `ve`. */
export const violentExtremism: ReadonlySet<string> = new Set(['incitement', 'glorification', 'recruitment', 'threat']);

/** The label of a source whose annotation is the account's stance, not the post's content. */
export const weakLabel = 'terror_support_weak';

/** The labels that a post can carry. */
export const postLabels: ReadonlySet<string> = new Set(['none', 'hate', weakLabel, ...violentExtremism]);

/** Whether a post of which this is known is a positive of `head`, a negative, or says nothing about it. */
export function target(head: Label, { label, context }: Known): 0 | 1 | undefined {
  if (isContext(head)) return context === undefined ? undefined : head === `context-${context}` ? 1 : 0;
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
  if (isContext(head)) return 0.3;
  if (label === weakLabel && head === 'any') return 0.5;
  if (label === 'hate' && head !== 'hate' && head !== 'any') return 0.5;
  return 1;
}

export function isContext(head: Label): boolean {
  return head.startsWith('context-');
}

/** The context of all posts of a source. Not told of sources that mix them, as propaganda does. */
export const contextOfSource: Readonly<Record<string, Context>> = {
  ...every('news', ['pud_news_wiki', 'tico19', 'xquad']),
  ...every('religious', ['quran', 'bible']),
  ...every('other', ['edos', 'implicit_hate', 'stormfront', 'mlma', 'germeval_harmful', 'germeval2018', 'gahd']),
  ...every('other', ['tatoeba', 'arsarcasm']),
};

function every(context: Context, sources: readonly string[]): Record<string, Context> {
  return Object.fromEntries(sources.map(source => [source, context]));
}
