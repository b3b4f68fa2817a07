/** Who looks: a platform may answer its minders differently from its public. */
export interface Identity {
  name: 'browser' | 'sansdelai';
  headers: Readonly<Record<string, string>>;
}

/** Looks as an ordinary visitor does. */
export const browser: Identity = {
  name: 'browser',
  headers: {
    'user-agent':
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
    accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'accept-language': 'en,fr;q=0.8,de;q=0.7',
    'accept-encoding': 'gzip, deflate, br',
  },
};

/** Says who it is. */
export const ourselves: Identity = {
  name: 'sansdelai',
  headers: {
    'user-agent': 'SansDelai/0.1 (looks whether removed content is gone)',
    accept: '*/*',
    'accept-encoding': 'gzip, deflate, br',
  },
};
