import type { Finding } from '../../../contracts/index.js';
import type { Time } from '../../../runtime/index.js';
import { fold } from '../normalise.js';
import type { Signal } from '../signal.js';
import type { KnownEntry } from './entry-table.js';
import type { Banks } from './follow.js';
import type { Nearness } from './text-index.js';

/** Letters in common, times the similarity: less is too little to act on. */
const leastToAct = 24;
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
    version: () => `known-text-2 banks@${banks.version()}`,
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

interface Match {
  entry: KnownEntry;
  near: Nearness;
}

function look(banks: Banks, text: string): Finding[] {
  const exact = new Map<string, KnownEntry>();
  const near = new Map<string, Match>();
  const gather = (units: Uint16Array) => {
    for (const entry of banks.exact(units)) exact.set(entry.id, entry);
    for (const match of banks.near(units)) {
      const other = near.get(match.entry.id);
      if (!other || weightOf(match) > weightOf(other)) near.set(match.entry.id, match);
    }
  };
  const units = fold(text);
  gather(units);
  // Hashtags put between the words: without them it may be the text again.
  if (/[#＃]/.test(text)) {
    const letters = units.length;
    const untagged = fold(text, true);
    if (untagged.length < letters) gather(untagged);
  }
  const found = [...exact.values()].map(entry => finding(entry, 'known-text', 1, `is a text of bank ${entry.bank}`));
  for (const match of near.values()) if (!exact.has(match.entry.id)) found.push(nearFinding(match));
  if (found.length < 2) return found;
  // What can act comes first, so that it is not among those left out.
  const weight = ({ label, score, entry }: Finding): number =>
    (label === 'known-text-similar' ? 0 : 4) + (entry?.confirmed ? 2 : 0) + score;
  return found.sort((a, b) => weight(b) - weight(a)).slice(0, mostFindings);
}

/** Whether a changed text counts as the entry's: alone, close enough, and long enough not to be so by chance. */
const acts = ({ entry, near }: Match): boolean =>
  near.alone && near.similarity >= entry.actsAt && near.both * near.similarity >= leastToAct;

const weightOf = (match: Match): number => (acts(match) ? 2 : 0) + match.near.similarity;

function nearFinding(match: Match): Finding {
  const { entry, near } = match;
  const { similarity, containment } = near;
  if (acts(match)) {
    const reason = `is a text of bank ${entry.bank} with changes, ${percent(similarity)} the same`;
    return finding(entry, 'known-text-near', similarity, reason);
  }
  const reason = `holds ${percent(containment)} of a text of bank ${entry.bank} (${percent(similarity)} the same)`;
  return finding(entry, 'known-text-similar', Math.max(similarity, containment), reason);
}

const finding = ({ id, bank, confirmed }: KnownEntry, label: string, score: number, reason: string): Finding => ({
  signal: 'known-text',
  label,
  score,
  reason,
  entry: { bank, id, confirmed },
});
