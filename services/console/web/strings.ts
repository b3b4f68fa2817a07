import { typesetFrench } from '../../contracts/french.js';
import type { LiveItem } from '../api/live/frame.js';
import type { Words } from './words/en.js';
import { toldOfZod } from './words/field.js';

/** The languages, by how they call themselves. */
export const languages = { en: 'English', fr: 'Français', de: 'Deutsch' } as const;
export type Language = keyof typeof languages;

const kept = 'sansdelai-language';
const isLanguage = (name: string | null | undefined): name is Language => Object.keys(languages).includes(name ?? '');

/** Set by `loadWords`, before any other part of the application is read. */
export let language: Language = 'en';
/** As the reader's region writes numbers and times. */
export let locale: string = language;
export let strings: Words;
/** What the server says in English, as the reader is told it. */
export let told = (said: string): string => said;
/** What it said in English of one field, to be told after the field's name. Of a policy within a field, the place in it comes first and stays. */
export function toldOfField(said: string): string {
  const [, place = '', rest = said] = /^(rules\[\d+\][\w.[\]]*: )(.*)$/s.exec(said) ?? [];
  return place + (toldOfZod(rest, language) ?? told(rest));
}

/** What was chosen, else the first of the browser's languages that there is. */
export async function loadWords(): Promise<void> {
  const wanted = [localStorage.getItem(kept), ...navigator.languages.map(tag => tag.split('-', 1)[0])];
  language = wanted.find(isLanguage) ?? 'en';
  document.documentElement.lang = language;
  const to = language;
  const saying = to === 'en' ? undefined : import('./words/said.js');
  strings = await {
    en: async () => (await import('./words/en.js')).en,
    fr: async () => typesetFrench((await import('./words/fr.js')).fr),
    de: async () => (await import('./words/de.js')).de,
  }[language]();
  locale = navigator.languages.find(tag => tag.split('-', 1)[0] === language) ?? language;
  const { translated } = (await saying) ?? {};
  if (translated && to !== 'en') told = said => translated(said, to);
}

/** The page is loaded anew: what is before a reviewer is kept for them by the server. */
export function chooseLanguage(chosen: Language): void {
  localStorage.setItem(kept, chosen);
  window.location.reload();
}

export type OutcomeName = keyof Words['outcomes'];

/** What became of a post, in a word; undefined where nothing had to. */
export function outcomeOf({ removal, case: review }: LiveItem): OutcomeName | undefined {
  if (removal) {
    if (removal.escalated) return 'escalated';
    if (removal.state === 'pending') return removal.wanted === 'gone' ? 'removing' : 'restoring';
    return removal.state as OutcomeName;
  }
  if (review?.state === 'open') return 'waiting';
  return review?.state === 'decided' ? 'kept' : undefined;
}
