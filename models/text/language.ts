import { Features } from './features.js';

/** Languages with thresholds of their own; every other one is judged by the strictest, `other`. */
export const languages = ['en', 'fr', 'de', 'ar'] as const;
export type Language = (typeof languages)[number] | 'other';

const frequent: Record<'en' | 'fr' | 'de', string> = {
  en: 'the and of to is in that it you for was with are this not have be they what my your just will from we',
  fr: 'le la les des et est un une que qui pas pour dans je vous nous avec ce il elle sur plus sont au mais',
  de: 'der die das und ist nicht ich ein eine zu den von mit sie es auf auch wir dem wie aber noch wird sind',
};

const languageOfWord = new Map<number, 'en' | 'fr' | 'de'>();
const features = new Features();
for (const language of ['en', 'fr', 'de'] as const) {
  features.read(frequent[language]);
  for (const hash of features.tokenHash.subarray(0, features.tokens)) languageOfWord.set(hash, language);
}

/** The language a post's thresholds are taken from: its tag's (`fr-CA` counts as `fr`), else a guess by script and frequent words. */
export function languageOf(tag: string | undefined, post: Features): Language {
  if (tag && tag !== 'und') {
    const primary = tag.toLowerCase().split(/[-_]/, 1)[0];
    return languages.find(language => language === primary) ?? 'other';
  }
  if (post.arabicShare > 0.5) return 'ar';
  const counts = { en: 0, fr: 0, de: 0 };
  for (let t = 0; t < post.tokens; t++) {
    const language = languageOfWord.get(post.tokenHash[t]!);
    if (language) counts[language]++;
  }
  const [first, second] = (['en', 'fr', 'de'] as const)
    .map(language => ({ language, count: counts[language] }))
    .sort((a, b) => b.count - a.count);
  return first!.count > second!.count ? first!.language : 'other';
}
