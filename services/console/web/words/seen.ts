/** What the server wrote down in English about an order's item or form, as the desk reads it. */
export const en = {
  gone: (where: string) => `seen gone from ${where}`,
  missing: (where: string) => `not there, looked at from ${where}`,
  before: (at: string) => `gone on another ground since ${at}`,
  here: 'this server',
  receipt: (status: string, host: string, at: string, said: string) => `${host}, ${at}: ${status} ${said}`,
  away: 'The authority’s address can’t be reached.',
  late: (time: string) => `The authority’s address did not answer within ${time}.`,
  refused: (status: string, said: string) => `The authority’s address did not take it: ${status} ${said}`,
};

export const fr: typeof en = {
  gone: where => `constaté disparu, vu depuis ${where}`,
  missing: where => `introuvable, vu depuis ${where}`,
  before: at => `déjà disparu pour un autre motif depuis le ${at}`,
  here: 'ce serveur',
  receipt: (status, host, at, said) => `${host}, ${at} : ${status} ${said}`,
  away: 'L’adresse de l’autorité est injoignable.',
  late: time => `L’adresse de l’autorité n’a pas répondu en ${time}.`,
  refused: (status, said) => `L’adresse de l’autorité ne l’a pas pris : ${status} ${said}`,
};

export const de: typeof en = {
  gone: where => `als fort gesehen, von ${where} aus`,
  missing: where => `nicht da, gesehen von ${where} aus`,
  before: at => `aus anderem Grund fort seit ${at}`,
  here: 'diesem Server',
  receipt: (status, host, at, said) => `${host}, ${at}: ${status} ${said}`,
  away: 'Die Adresse der Behörde ist nicht erreichbar.',
  late: time => `Die Adresse der Behörde antwortete nicht binnen ${time}.`,
  refused: (status, said) => `Die Adresse der Behörde nahm es nicht an: ${status} ${said}`,
};
