const en = {
  colon: ':',
  more: (n: number) => (n === 1 ? 'and one more' : `and ${n} more`),
};
const fr: typeof en = {
  colon: ' :',
  more: n => (n === 1 ? 'et un autre' : `et ${n} autres`),
};
const de: typeof en = {
  colon: ':',
  more: n => (n === 1 ? 'und ein weiteres' : `und ${n} weitere`),
};

/** Fields that the server refused. */
export const faults = { en, fr, de };
