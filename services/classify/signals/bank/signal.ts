import type { Finding } from '../../../contracts/index.js';
import type { Time } from '../../../runtime/index.js';
import { fold } from '../normalise.js';
import type { Signal } from '../signal.js';
import type { Banks, KnownEntry } from './follow.js';
import type { Nearness } from './text-index.js';

/**
 * When a changed text is told. Measured with 71,000 posts as a bank: 4 of 10,000 unrelated sentences reach this, and of posts with a fifth
 * of their words replaced 95 % from 40 letters on, 99.8 % from 60 on.
 */
const least = { runs: 20, similarity: 0.25, containment: 0.4 };
/** Much longer than the entry, a post may hold much of it by chance. */
const muchLonger = { similarity: 0.05, containment: 0.9 };
const mostFindings = 5;
/** Letters after which other work gets its turn. */
const turn = 200_000;

const percent = (part: number): string => `${Math.floor(part * 100)} %`;

/** Finds posts that hold a text of a bank: unchanged, changed within what was confirmed, or changed beyond. */
export function knownTextSignal(banks: Banks, time: Time): Signal {
  return {
    name: 'known-text',
    takes: ['text'],
    languages: 'any',
    cost: 'cheap',
    labels: ['known-text', 'known-text-near', 'known-text-similar'],
    evidence: { 'known-text': 'confirmed', 'known-text-near': 'confirmed' },
    version: () => `known-text-1 banks@${banks.version()}`,
    async assess(posts) {
      const findings: Finding[][] = [];
      let letters = 0;
      for (const post of posts) {
        letters += post.text?.length ?? 0;
        if (letters > turn) {
          letters = 0;
          await time.sleep(0);
        }
        findings.push(post.text === undefined ? [] : look(banks, post.text));
      }
      return findings;
    },
    problem: async () => banks.problem(),
    // Who opened the banks closes them.
    stop: async () => undefined,
  };
}

function look(banks: Banks, text: string): Finding[] {
  const units = fold(text);
  const exact = banks.exact(units);
  const found = exact.map(entry => finding(entry, 'known-text', 1, `is a text of bank ${entry.bank}`));
  const known = new Set(exact.map(({ id }) => id));
  for (const { entry, near } of banks.near(units)) {
    if (!known.has(entry.id)) found.push(...nearFinding(entry, near));
  }
  if (found.length < 2) return found;
  // What can act comes first, so that it is not among those left out.
  const weight = ({ label, score, entry }: Finding): number =>
    (label === 'known-text-similar' ? 0 : 4) + (entry?.confirmed ? 2 : 0) + score;
  return found.sort((a, b) => weight(b) - weight(a)).slice(0, mostFindings);
}

function nearFinding(entry: KnownEntry, { similarity, containment, both }: Nearness): Finding[] {
  if (similarity >= entry.actsAt) {
    return [
      finding(
        entry,
        'known-text-near',
        similarity,
        `is ${percent(similarity)} the same as a text of bank ${entry.bank}`,
      ),
    ];
  }
  const held = containment >= (similarity < muchLonger.similarity ? muchLonger : least).containment;
  if (both < least.runs || (similarity < least.similarity && !held)) return [];
  const reason = `holds ${percent(containment)} of a text of bank ${entry.bank} (${percent(similarity)} the same)`;
  return [finding(entry, 'known-text-similar', Math.max(similarity, containment), reason)];
}

const finding = ({ id, bank, confirmed }: KnownEntry, label: string, score: number, reason: string): Finding => ({
  signal: 'known-text',
  label,
  score,
  reason,
  entry: { bank, id, confirmed },
});
