import { typesetFrench } from '../../../contracts/french.js';
import { type Language, language } from '../strings.js';

/** The reader's language of a screen's own words: they are read with the screen, not with the first page. */
export const inMine = <W>(of: Record<Language, W>): W => (language === 'fr' ? typesetFrench(of.fr) : of[language]);
