/** A form as it is to be read, in one language: what is drawn as a PDF and told as JSON. Made from a form's values and the wording, and nothing else. */
export interface FormDocument {
  language: Language;
  /** Over the title: which annex it is, where it is one. */
  annex?: string;
  title: string;
  article: string;
  /** Which form, and when it was drawn up, in words. */
  number: string;
  drawnUp: string;
  /** RFC 3339: the file's own date, so that the same form is the same bytes. */
  at: string;
  intro?: string;
  sections: readonly Section[];
}

export interface Section {
  heading: string;
  blocks: readonly Block[];
}

export type Block =
  | { kind: 'field'; label: string; value: string; missing?: true }
  /** A label with boxes below it, of which some are ticked. */
  | { kind: 'boxes'; label?: string; boxes: readonly { ticked: boolean; text: string }[] }
  /** What may be long: over the whole width, under its label. */
  | { kind: 'text'; label: string; text: string }
  | { kind: 'heading'; text: string }
  /** A line to sign on. */
  | { kind: 'signature'; label: string };

export const languages = ['en', 'fr', 'de'] as const;
export type Language = (typeof languages)[number];
export const isLanguage = (text: string | undefined): text is Language => languages.some(language => language === text);

/** What is asked in whose language: that of the order, else of a State that has one of the three, else English. */
export const languageOf = (language: string | undefined, issuingState: string | undefined): Language => {
  if (isLanguage(language)) return language;
  if (language !== undefined) return 'en';
  return issuingState === 'FR' ? 'fr' : issuingState === 'DE' || issuingState === 'AT' ? 'de' : 'en';
};
