import { typesetFrench } from '../../contracts/index.js';
import type { Language } from './document.js';
import { template as templateDe } from './template/de.js';
import { type Template, template as templateEn } from './template/en.js';
import { template as templateFr } from './template/fr.js';
import { words as wordsDe } from './words/de.js';
import { type Words, words as wordsEn } from './words/en.js';
import { words as wordsFr } from './words/fr.js';

export type { Template, Words };

/** What the law's templates say, and what we say beside them. */
export const wordings: Readonly<Record<Language, { template: Template; words: Words }>> = {
  en: { template: templateEn, words: wordsEn },
  fr: typesetFrench({ template: templateFr, words: wordsFr }),
  de: { template: templateDe, words: wordsDe },
};

/** A State by its name; what is none of the Union's, by its code. */
export const stateName = (words: Words, code: string): string => words.states[code] ?? code;

/** What was written down when an item was seen gone (follow.ts, draft.ts, bodies.ts), in the form's language. */
export function evidenceIn(words: Words, text: string): string {
  const place = (where: string): string => (where === 'here' ? words.here : where);
  const [, gone] = /^seen gone from (.*)$/s.exec(text) ?? [];
  if (gone !== undefined) return words.seenGone(place(gone));
  const [, missing] = /^not there, from (.*)$/s.exec(text) ?? [];
  if (missing !== undefined) return words.seenMissing(place(missing));
  const [, since] = /^gone on another ground since (\S+)$/.exec(text) ?? [];
  if (since !== undefined) return words.goneBefore(words.instant(new Date(since)));
  const [, said] = /^.{1,300}?: (.*)$/s.exec(text) ?? [];
  // Who of the staff looked is in the order's own record: an authority is told what they saw.
  return words.said(said?.replace(/^looked: /, '') ?? text);
}
