import { decimal, nameOfLanguage, percent } from '../format.js';
import { inMine } from '../words/pick.js';
import { policies } from '../words/policies.js';
import { type Conditions, type Finding, type Least, listOf, type RuleText, type Threshold } from './text.js';

export const words = inMine(policies);
/** What the program itself says of a version that nobody wrote (policies/force.ts). */
export const noteOf = (note: string): string =>
  note === 'the policy that comes with the program' ? words.shipped : note;
export const makerOf = (name: string): string => (name === 'the file' ? words.file : name);
const { rule: said } = words;

const either = (names: readonly string[]): string => names.join(` ${said.or} `);
const scored = (least: Least): string =>
  typeof least === 'number'
    ? said.from(decimal(least))
    : Object.entries(least)
        .map(([tag, score]) => `${tag === 'other' ? said.other : tag} ${said.from(decimal(score))}`)
        .join(', ');

function findingIn({ signal, label, confirmed, bank, over, atLeast, scores }: Finding): string {
  const what = scores
    ? either(Object.entries(scores).map(([name, least]) => `${name} ${scored(least)}`))
    : either(listOf(label)) || said.any;
  return [
    what,
    signal !== undefined && said.by(signal),
    over && said.over,
    atLeast !== undefined && scored(atLeast),
    bank !== undefined && said.bank(either(listOf(bank))),
    confirmed !== undefined && (confirmed ? said.confirmed : said.unconfirmed),
  ]
    .filter(Boolean)
    .join(', ');
}

function postIn(post: Record<string, unknown>): string[] {
  const views = post.views as { atLeast?: number; below?: number } | undefined;
  const listed = (name: string, words: (names: string) => string, shown = (one: string): string => one): string[] =>
    post[name] === undefined ? [] : [words(either(listOf(post[name]).map(shown)))];
  return [
    ...listed('language', said.language, nameOfLanguage),
    ...listed('platform', said.platform),
    ...listed('flags', said.flags),
    ...listed('author', said.author),
    ...listed('authorRemoved', said.authorRemoved),
    ...listed('has', said.has),
    ...(post.reply === undefined ? [] : [said.reply(post.reply === true)]),
    ...(views ? [said.views(String(views.atLeast ?? ''), String(views.below ?? ''))] : []),
  ];
}

const conditionsIn = ({ finding, with: beside, context, post }: Conditions): string =>
  [
    ...(finding ? [findingIn(finding)] : []),
    ...(beside ? [findingIn(beside)] : []),
    ...(context ? [said.context] : []),
    ...postIn(post ?? {}),
  ].join(`; ${said.and} `);

/** What a rule does, as a sentence. */
export function sentenceOf({ action, when, unless, sample, within }: RuleText): string {
  const conditions = conditionsIn(when ?? {});
  const parts = [
    `${said.does[action] ?? action} ${conditions ? said.posts(conditions) : said.every}`,
    ...(unless ? [said.unless(conditionsIn(unless))] : []),
    ...(sample === undefined ? [] : [said.sample(percent(sample))]),
    ...(within === undefined ? [] : [said.within(within)]),
  ];
  return `${parts.join('; ')}.`;
}

/** What a threshold is called in the form. */
export function nameOfThreshold({ label, language, what }: Threshold): string {
  if (what) return said.sampleField;
  const named = language === undefined ? '' : language === 'other' ? said.otherField : nameOfLanguage(language);
  return said.threshold([label, named].filter(Boolean).join(', '));
}
