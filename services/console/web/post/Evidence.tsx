import type { Standing } from '../../api/standing.js';
import { duration, instantOf } from '../format.js';
import { Badge, type Tone } from '../parts/Badge.js';
import { strings } from '../strings.js';
import styles from './Evidence.module.css';
import { nameOfPhase, nameOfVerdict } from './looks.js';
import { Part } from './Part.js';

const words = strings.post;
const tones: Record<string, Tone> = { gone: 'good', normal: 'mute', readable: 'info', unclear: 'warn' };

/** What was seen, when, and as whom: each set of looks opens by itself. */
export function Evidence({ evidence }: { evidence: Standing['evidence'] }) {
  if (evidence.length === 0) return null;
  return (
    <Part title={words.evidence}>
      {evidence.map(set => (
        <details key={`${set.at}${set.phase}`} className={styles.set}>
          <summary>
            <Badge tone={tones[set.verdict] ?? 'mute'}>{nameOfVerdict(set.verdict)}</Badge> {nameOfPhase(set.phase)}
            <span className={styles.dim}>
              {instantOf(set.at)}, {words.looks(set.looks.length)}
            </span>
          </summary>
          <p className={styles.dim}>{set.why}</p>
          <table className={styles.looks}>
            <thead>
              <tr>
                <th scope="col">{words.look.where}</th>
                <th scope="col">{words.look.as}</th>
                <th scope="col">{words.look.answer}</th>
                <th scope="col">{words.look.verdict}</th>
                <th scope="col">{words.look.took}</th>
              </tr>
            </thead>
            <tbody>
              {set.looks.map(look => (
                <tr key={`${look.path}${look.identity}${look.cacheAvoided}${look.at}`}>
                  <td title={look.url}>{look.path}</td>
                  <td>
                    {look.identity}
                    {look.cacheAvoided && `, ${words.pastCaches}`}
                  </td>
                  <td>{look.status ?? words.noAnswer}</td>
                  <td title={look.detail}>{nameOfVerdict(look.verdict)}</td>
                  <td className="number">{duration(look.ms)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      ))}
    </Part>
  );
}
