/** What the server wrote down in English about an order's item or form, as the desk reads it. */
export const en = {
  gone: (where: string) => `seen gone from ${where}`,
  missing: (where: string) => `not there, looked at from ${where}`,
  before: (at: string) => `gone on another ground since ${at}`,
  here: 'this server',
  receipt: (status: string, host: string, at: string, said: string) => `${host}, ${at}: ${status} ${said}`,
};

export const fr: typeof en = {
  gone: where => `constaté disparu, vu depuis ${where}`,
  missing: where => `introuvable, vu depuis ${where}`,
  before: at => `déjà disparu pour un autre motif depuis le ${at}`,
  here: 'ce serveur',
  receipt: (status, host, at, said) => `${host}, ${at} : ${status} ${said}`,
};

export const de: typeof en = {
  gone: where => `als fort gesehen, von ${where} aus`,
  missing: where => `nicht da, gesehen von ${where} aus`,
  before: at => `aus anderem Grund fort seit ${at}`,
  here: 'diesem Server',
  receipt: (status, host, at, said) => `${host}, ${at}: ${status} ${said}`,
};
