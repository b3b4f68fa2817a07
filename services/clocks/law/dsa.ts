import { days, elapsed, months, throughLastDay } from '../limit.js';
import type { Obligation } from '../obligations.js';
import { ofDuty, ofOrders } from './follow.js';

const article = (of: string): string => `Regulation (EU) 2022/2065, Art. ${of}`;

/** Time limits of the Digital Services Act, and those that the operator sets where it says "without undue delay". */
export const dsa: readonly Obligation[] = [
  {
    name: 'dsa-order',
    setBy: 'operator',
    article: article('9(1)'),
    starts: 'the order is received',
    stops:
      'all that it names is seen to be gone in the territory that it names; its own limit counts where it sets one',
    limit: config => elapsed(config.CLOCK_DSA_ORDER),
    follows: ofOrders(
      {
        received: 'start',
        executed: 'stop',
        returned: 'reopen',
        'nothing-there': 'cancel',
        refused: 'cancel',
        lifted: 'release',
      },
      { instrument: 'dsa9', ownDue: true },
    ),
  },
  {
    name: 'dsa-order-feedback',
    setBy: 'operator',
    article: article('9(1)'),
    starts: 'effect is given to the order',
    stops: "the channel's receipt for the answer is stored",
    limit: config => elapsed(config.CLOCK_ANSWER),
    follows: ofOrders({ executed: 'start', answered: 'stop', lifted: 'cancel' }, { instrument: 'dsa9' }),
  },
  {
    name: 'dsa-non-disclosure',
    setBy: 'law',
    bears: 'authority',
    nature: 'at-least',
    article: article('9(5), 10(5)'),
    starts: 'an order comes of which the recipient is to be informed later',
    stops: 'the time that the authority named',
    follows: {
      ...ofOrders({ sealed: 'start', unsealed: 'stop', refused: 'cancel' }, { instrument: 'dsa9', uncounted: true }),
      ...ofDuty('dsa-non-disclosure', { uncounted: true }),
    },
  },
  {
    name: 'dsa-inform-recipient',
    setBy: 'law',
    article: article('9(5), 10(5)'),
    starts: 'an order is received; due when effect is given to it, or at the time that the authority named',
    stops: 'the recipient is informed: of the order, its reasons, the territory and the ways of redress',
    follows: ofDuty('dsa-inform-recipient'),
  },
  {
    name: 'dsa-complaint-period',
    setBy: 'law',
    nature: 'at-least',
    article: article('20(1)'),
    starts: 'somebody is told of a decision',
    stops: 'the time in which they can complain is over',
    limit: throughLastDay(months(6)),
    follows: ofDuty('dsa-complaint-period'),
  },
  {
    name: 'dsa-out-of-court',
    setBy: 'law',
    bears: 'authority',
    article: article('21(4)'),
    starts: 'an out-of-court body has a complaint',
    stops: 'it has decided; 90 days more where it is complex',
    limit: days(90),
    follows: ofDuty('dsa-out-of-court', { uncounted: true }),
  },
];
