import type { Finding } from '../../../contracts/index.js';
import { soon } from '../../../runtime/index.js';
import type { Signal } from '../signal.js';
import { Finder, type FoundTerm } from './finder.js';
import type { TermLists } from './lists.js';

/** Terms of one post that are told, those that ask for review first. */
const mostFindings = 20;
/** After so many letters other work has its turn. */
const atOnce = 20_000;

/**
 * Finds the terms of the operator's lists, and tells for each where it stands, what it means and how else it is used. A term is no evidence: the
 * most that a policy may do is to have a person look, for `term-review`; `term` is of lists that are only shown.
 */
export function termsSignal({ terms, version }: TermLists): Signal {
  const finder = new Finder(terms);
  const pause = (): Promise<void> => new Promise(soon);
  return {
    name: 'terms',
    takes: ['text'],
    // Which lists are for which languages, the lists say.
    languages: 'any',
    cost: 'cheap',
    labels: ['term', 'term-review'],
    reproducible: true,
    wants: () => terms.length > 0,
    version: () => `terms-1 ${version}`,
    async assess(posts) {
      const findings: Finding[][] = [];
      let looked = 0;
      for (const { text = '', language } of posts) {
        looked += text.length;
        if (looked > atOnce) {
          await pause();
          looked = text.length;
        }
        const { found } = await finder.find(text, language, pause);
        found.sort((a, b) => Number(b.term.review) - Number(a.term.review));
        findings.push(found.slice(0, mostFindings).map(finding));
      }
      return findings;
    },
    problem: async () => undefined,
    stop: async () => undefined,
  };
}

/** The words are the list's: nothing of the post is repeated, so that its deletion erases it. */
const finding = ({ term: { review, list, written, meaning, innocent }, spans }: FoundTerm): Finding => ({
  signal: 'terms',
  label: review ? 'term-review' : 'term',
  score: 1,
  reason: `holds "${written}" of list ${list}: ${meaning}. It is also used innocently: ${innocent.join('; ')}`,
  spans,
});
