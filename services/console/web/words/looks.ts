/** What looks at a post found, and what the steps of a post say beside their names. */
export const en = {
  phases: {
    before: 'before the call',
    after: 'after the call',
    'after a minute': 'after a minute',
    'after an hour': 'after an hour',
    'after a day': 'after a day',
    later: 'later',
  } as Record<string, string>,
  verdicts: { gone: 'gone', readable: 'readable', unclear: 'unclear', normal: 'normal' } as Record<string, string>,
  requests: { removal: 'removal', restoration: 'restoration' } as Record<string, string>,
  grounds: { policy: 'rule', decision: 'decision', order: 'order' } as Record<string, string>,
  states: { superseded: 'a newer version took its place' } as Record<string, string>,
};

export const fr: typeof en = {
  phases: {
    before: 'avant l’appel',
    after: 'après l’appel',
    'after a minute': 'après une minute',
    'after an hour': 'après une heure',
    'after a day': 'après un jour',
    later: 'plus tard',
  },
  verdicts: { gone: 'disparue', readable: 'lisible', unclear: 'incertain', normal: 'normale' },
  requests: { removal: 'retrait', restoration: 'rétablissement' },
  grounds: { policy: 'règle', decision: 'décision', order: 'injonction' },
  states: { superseded: 'remplacé par une version plus récente' },
};

export const de: typeof en = {
  phases: {
    before: 'vor dem Aufruf',
    after: 'nach dem Aufruf',
    'after a minute': 'nach einer Minute',
    'after an hour': 'nach einer Stunde',
    'after a day': 'nach einem Tag',
    later: 'später',
  },
  verdicts: { gone: 'fort', readable: 'lesbar', unclear: 'unklar', normal: 'normal' },
  requests: { removal: 'Entfernung', restoration: 'Wiederherstellung' },
  grounds: { policy: 'Regel', decision: 'Entscheidung', order: 'Anordnung' },
  states: { superseded: 'eine neuere Fassung trat an seine Stelle' },
};
