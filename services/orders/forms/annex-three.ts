import type { AnswerForm } from '../answers.js';
import { field, parties, signer } from './annex-two.js';
import type { FormDocument, Language } from './document.js';
import { wordings } from './wording.js';

/** Annex III: that the order can't be executed in time, why, and what is needed. */
export function annexThree(form: AnswerForm, language: Language): FormDocument {
  const { template, words } = wordings[language];
  const { two, three } = template;
  const { inability } = form;
  const ground = inability?.ground;
  const unclear = inability?.article === '3(8)';
  const explanation = inability?.explanation ?? '';
  return {
    language,
    annex: words.annex('III'),
    title: three.title,
    article: three.article,
    number: words.formNumber(form.number),
    drawnUp: words.madeOn(words.instant(new Date(form.madeAt))),
    at: form.madeAt,
    sections: [
      { heading: three.a, blocks: parties(form, two, words) },
      {
        heading: three.b,
        blocks: [
          {
            kind: 'boxes',
            label: three.because,
            boxes: [
              { ticked: ground === 'force-majeure' || ground === 'impossibility', text: three.impossible },
              { ticked: ground === 'manifest-errors', text: three.errors },
              { ticked: ground === 'insufficient-information', text: three.insufficient },
            ],
          },
          { kind: 'text', label: unclear ? three.clarification : three.explanation, text: explanation },
          field(three.statedAt, inability && words.instant(new Date(inability.at)), words.notStated),
        ],
      },
      {
        heading: three.c,
        blocks: [
          ...signer(form, two, words),
          field(three.date, words.instant(new Date(form.madeAt)), words.notStated),
          { kind: 'signature', label: three.signature },
        ],
      },
    ],
  };
}
