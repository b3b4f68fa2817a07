import type { AnswerForm } from '../answers.js';
import type { Block, FormDocument, Language, Section } from './document.js';
import { evidenceIn, stateName, type Template, type Words, wordings } from './wording.js';

/** A line of the form; what is not known is said to be so. */
export const field = (label: string, value: string | undefined, missing: string): Block =>
  value ? { kind: 'field', label, value } : { kind: 'field', label, value: missing, missing: true };

const joined = (...parts: readonly (string | undefined)[]): string => parts.filter(Boolean).join(', ');

/** Whom the answer is to and about: Section A of Annexes II and III. */
export function parties(form: AnswerForm, labels: Omit<Template['two'], 'homeState'>, words: Words): Block[] {
  const { addressee, authority, references, receivedAt } = form;
  const { issuingState } = authority;
  const tco = form.template === '2021/784';
  const state = issuingState && stateName(words, issuingState);
  const theirs = joined(
    references.order && (tco ? words.reference : words.nine.reference)(references.order),
    references.authorityFile && words.file(references.authorityFile),
  );
  return [
    field(labels.addressee, joined(addressee.name, addressee.representative), words.notNamed),
    field(labels.authority, joined(authority.name, state), words.notStated),
    field(labels.authorityFile, theirs, words.notStated),
    field(labels.addresseeFile, references.provider, words.notStated),
    field(labels.receivedAt, words.instant(new Date(receivedAt)), words.notStated),
  ];
}

/** Who answers: Section C. */
export function signer(
  form: AnswerForm,
  { provider, representative, homeState, person, contact }: Template['two'],
  words: Words,
): Block[] {
  const { addressee, signedBy } = form;
  const home = addressee.homeState && stateName(words, addressee.homeState);
  return [
    field(provider, addressee.name, words.notNamed),
    ...(addressee.representative ? [field(representative, addressee.representative, words.notNamed)] : []),
    field(homeState, home, words.notNamed),
    field(person, signedBy.authorisedPerson, words.notNamed),
    field(contact, addressee.contact, words.notNamed),
  ];
}

function itemBlocks({ measure }: AnswerForm, labels: Template['one'], words: Words): Block[] {
  return (measure?.items ?? []).flatMap(({ n, url, outcome, at, seenFrom }): Block[] => [
    { kind: 'heading', text: words.item(n) },
    { kind: 'field', label: labels.url, value: url },
    { kind: 'field', label: words.outcome, value: words.outcomes[outcome] ?? outcome },
    ...(at ? [field(words.at, words.instant(new Date(at)), '')] : []),
    ...(seenFrom ? [field(words.evidence, evidenceIn(words, seenFrom), '')] : []),
  ]);
}

/** Annex II, or the answer under Article 9(1) of the DSA, which says the same: what was done, and when. */
export function annexTwo(form: AnswerForm, language: Language): FormDocument {
  const { template, words } = wordings[language];
  const isTco = form.template === '2021/784';
  const labels = isTco ? template.two : { ...template.two, ...words.nine };
  const { measure } = form;
  const where = measure && measure.where !== 'all Member States' ? measure.where : [];
  const done: Block[] = [
    {
      kind: 'boxes',
      boxes: [
        { ticked: measure?.kind === 'removed', text: labels.removed },
        { ticked: measure?.kind === 'disabled', text: labels.disabled },
      ],
    },
    ...(isTco
      ? []
      : [field(words.nine.territory, where.map(code => stateName(words, code)).join(', '), words.notStated)]),
    field(labels.at, measure && words.instant(new Date(measure.at)), words.notStated),
  ];
  const sections: Section[] = [
    { heading: labels.a, blocks: parties(form, labels, words) },
    { heading: labels.b, blocks: done },
    {
      heading: labels.c,
      blocks: [
        ...signer(form, labels, words),
        field(labels.date, words.instant(new Date(form.madeAt)), words.notStated),
      ],
    },
    { heading: words.items, blocks: itemBlocks(form, template.one, words) },
  ];
  return {
    language,
    ...(isTco ? { annex: words.annex('II') } : {}),
    title: labels.title,
    article: labels.article,
    number: words.formNumber(form.number),
    drawnUp: words.madeOn(words.instant(new Date(form.madeAt))),
    at: form.madeAt,
    sections,
  };
}
