import type { AnswerForm } from '../answers.js';
import { annexThree } from './annex-three.js';
import { annexTwo } from './annex-two.js';
import { type FormDocument, isLanguage, type Language } from './document.js';

export { annexOne, type ReceivedOrder } from './annex-one.js';
export { type FormDocument, type Language, languageOf, languages } from './document.js';
export { Renderer } from './renderer.js';

/** An answering form as it is to be read; in its own language, where no other is asked for. */
export function answerDocument(form: AnswerForm, language?: Language): FormDocument {
  const chosen = language ?? (isLanguage(form.language) ? form.language : 'en');
  return form.form === 'II' ? annexTwo(form, chosen) : annexThree(form, chosen);
}
