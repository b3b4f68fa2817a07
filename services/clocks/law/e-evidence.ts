import { days, elapsed, hours, throughLastDay } from '../limit.js';
import type { Obligation } from '../obligations.js';
import { ofDuty } from './follow.js';

/** Numbers of articles that were not read in the law's text: compare them with the Official Journal. */
const fromMemory = '(number from memory)';
const article = (of: string): string => `Regulation (EU) 2023/1543, Art. ${of}`;
const authority = { setBy: 'law', bears: 'authority' } as const;
const enforcing = 'the enforcing authority';

/** Time limits for production orders (EPOC) and preservation orders (EPOC-PR), which apply from 18 August 2026. Whoever runs them tells of each by its name. */
export const eEvidence: readonly Obligation[] = [
  {
    name: 'epoc-preserve',
    setBy: 'operator',
    article: article(`10(1) ${fromMemory}`),
    starts: 'a production order is received',
    stops: 'the data that it names are preserved',
    limit: config => elapsed(config.CLOCK_ANSWER),
    follows: ofDuty('epoc-preserve'),
  },
  {
    name: 'epoc',
    setBy: 'law',
    article: article('10(3)'),
    starts: 'a production order is received of which nobody has to be notified',
    suspends: 'the issuing authority is asked to mend the order (Annex III); it goes on when the answer is there',
    stops: 'the data are sent, or the order is withdrawn',
    limit: days(10),
    follows: ofDuty('epoc', { suspends: true }),
  },
  {
    name: 'epoc-notified',
    setBy: 'law',
    nature: 'at-least',
    article: article('10(2)'),
    starts: `a production order is received of which ${enforcing} has to be notified: nothing is sent before`,
    stops: `ten days have passed without a ground for refusal, or ${enforcing} has said earlier that it raises none`,
    limit: days(10),
    follows: ofDuty('epoc-notified', { uncounted: true }),
  },
  {
    name: 'epoc-emergency',
    setBy: 'law',
    article: article(`10(4) ${fromMemory}`),
    starts: 'a production order is received in an emergency',
    stops: 'the data are sent; nothing suspends it',
    limit: hours(8),
    follows: ofDuty('epoc-emergency'),
  },
  {
    ...authority,
    name: 'epoc-emergency-objection',
    article: article(`10(4) ${fromMemory}`),
    starts: `${enforcing} is notified of a production order in an emergency`,
    stops: 'it has raised a ground for refusal, or the time is over',
    limit: hours(96),
    follows: ofDuty('epoc-emergency-objection', { uncounted: true }),
  },
  {
    ...authority,
    name: 'epoc-emergency-validation',
    article: article(`4(5) ${fromMemory}`),
    starts: 'an order is issued in an emergency without validation, for subscriber data or to identify a user',
    stops: 'it is validated afterwards; else it is withdrawn, and what was obtained is deleted',
    limit: hours(48),
    follows: ofDuty('epoc-emergency-validation', { uncounted: true }),
  },
  {
    name: 'epoc-inability',
    setBy: 'operator',
    article: article('10(5), 10(6), 10(7), 10(8)'),
    starts: 'a ground is stated for which an order is not executed as it is',
    stops: "the channel's receipt for the form of Annex III is stored",
    limit: config => elapsed(config.CLOCK_ANSWER),
    follows: ofDuty('epoc-inability'),
  },
  {
    ...authority,
    name: 'epoc-clarification',
    article: article('10(6)'),
    starts: 'the form of Annex III asks the issuing authority to mend a production order',
    stops: 'it has answered',
    limit: days(5),
    follows: ofDuty('epoc-clarification', { uncounted: true }),
  },
  {
    name: 'epoc-third-country',
    setBy: 'law',
    nature: 'window',
    article: article('17'),
    starts: 'a production order is received that conflicts with the law of a third country',
    stops: 'the reasoned objection is sent, or a person decides that there is none',
    limit: days(10),
    unexplained: 'undecided',
    follows: ofDuty('epoc-third-country', { uncounted: true }),
  },
  {
    name: 'epoc-pr',
    setBy: 'law',
    nature: 'at-least',
    article: article(`11(1) ${fromMemory}`),
    starts: 'a preservation order is received',
    stops:
      'sixty days are over and nothing was confirmed or extended; once production is confirmed (Annex V), it lasts until that',
    limit: throughLastDay(days(60)),
    follows: ofDuty('epoc-pr', { uncounted: true }),
  },
  {
    name: 'epoc-pr-extended',
    setBy: 'law',
    nature: 'at-least',
    article: article(`11(1) ${fromMemory}`),
    starts: 'the issuing authority extends it (Annex VI), from the end of the sixty days',
    stops: 'thirty days more are over and nothing was confirmed',
    limit: throughLastDay(days(30)),
    follows: ofDuty('epoc-pr-extended', { uncounted: true }),
  },
  {
    ...authority,
    name: 'epoc-pr-clarification',
    article: article(`11(5) ${fromMemory}`),
    starts: 'the form of Annex III asks the issuing authority to mend a preservation order',
    stops: 'it has answered; without an answer in time the order need not be carried out',
    limit: days(5),
    follows: ofDuty('epoc-pr-clarification', { uncounted: true }),
  },
  {
    ...authority,
    name: 'epoc-enforcement',
    article: article(`16 ${fromMemory}`),
    starts: 'the issuing authority asks for an order to be enforced',
    stops: `${enforcing} has decided whether it recognises it: five working days, which are not run here`,
    follows: ofDuty('epoc-enforcement', { uncounted: true }),
  },
];
