import { isoTime } from '../runtime/index.js';
import type { OrderContent } from './annex-one.js';
import { languageOf } from './forms/document.js';
import type { AnswerKind, HoldGround, OrderState } from './machine/index.js';
import type { OrderSettings } from './settings.js';

/**
 * What an answering form says: Annex II (executed) or Annex III (can't be executed) of Regulation (EU) 2021/784; the answer under Article 9(1) of Regulation
 * (EU) 2022/2065 says the same as Annex II. How it is worded and drawn: forms/, from this and nothing else.
 */
export interface AnswerForm {
  form: AnswerKind;
  /** Which template: a changed template is another number here. */
  template: '2021/784' | '2022/2065';
  number: string;
  madeAt: string;
  language: string;
  addressee: { name: string; representative?: string; homeState?: string; contact?: string };
  authority: { name?: string; issuingState?: string; contact?: string };
  references: { order?: string; authorityFile?: string; provider: string };
  receivedAt: string;
  /** Of Annex II. */
  measure?: {
    kind: 'removed' | 'disabled';
    where: 'all Member States' | readonly string[];
    at: string;
    items: readonly { n: number; url: string; outcome: string; at?: string; seenFrom?: string }[];
  };
  /** Of Annex III. */
  inability?: { ground: HoldGround; article: '3(7)' | '3(8)'; explanation: string; at: string };
  signedBy: { authorisedPerson?: string; name: string };
}

/** The values of a form, from where the order stands. Pure. */
export function answerOf(
  state: OrderState,
  content: OrderContent,
  { provider }: Pick<OrderSettings, 'provider'>,
  { n, form, turn }: { n: number; form: AnswerKind; turn?: number },
  at: number,
): AnswerForm {
  const { name, representative, homeState, contact, authorisedPerson } = provider;
  const hold = form === 'III' ? state.holds.find(one => one.turn === turn) : undefined;
  const { authority } = content;
  const language = languageOf(content.language, content.issuingState);
  return {
    form,
    template: state.instrument === 'tco' ? '2021/784' : '2022/2065',
    number: `${state.id}/${n}`,
    madeAt: isoTime(at),
    language,
    addressee: {
      name,
      ...(representative && { representative }),
      ...(homeState && { homeState }),
      ...(contact && { contact }),
    },
    authority: {
      ...(authority?.name && { name: authority.name }),
      ...(content.issuingState && { issuingState: content.issuingState }),
      ...((content.feedbackTo ?? authority?.email) && { contact: content.feedbackTo ?? authority?.email }),
    },
    references: {
      ...(content.reference && { order: content.reference }),
      ...(authority?.file && { authorityFile: authority.file }),
      provider: state.id,
    },
    receivedAt: isoTime(state.receivedAt),
    ...(form === 'II' && {
      measure: {
        // What is seen gone can't be read; whether the platform keeps a copy is its own matter.
        kind: 'disabled' as const,
        where: state.instrument === 'tco' ? ('all Member States' as const) : (content.territory ?? []),
        at: isoTime(state.executedAt ?? at),
        items: state.items.map(({ n, url, phase, goneAt, evidence }) => ({
          n,
          url,
          outcome: phase,
          ...(goneAt !== undefined && { at: isoTime(goneAt) }),
          ...(evidence !== undefined && { seenFrom: evidence }),
        })),
      },
    }),
    ...(hold && {
      inability: {
        ground: hold.ground,
        article:
          hold.ground === 'force-majeure' || hold.ground === 'impossibility' ? ('3(7)' as const) : ('3(8)' as const),
        explanation: hold.explanation,
        at: isoTime(hold.at),
      },
    }),
    signedBy: { name, ...(authorisedPerson && { authorisedPerson }) },
  };
}
