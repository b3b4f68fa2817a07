import type { QualityLine } from '../../api/quality-types.js';
import { decimal, nameOfLanguage, number, tenthsShare } from '../format.js';
import { Table } from '../parts/Table.js';
import table from '../parts/Table.module.css';
import { strings } from '../strings.js';
import styles from './Lines.module.css';

const words = strings.quality;
const { categories } = strings.review;

/** Below these nothing is told: the server's `enoughPairs` and `enoughDecisions`. */
const enough = { agreement: 50, golden: 20, overturned: 20 } as const;
const measures = ['agreement', 'golden', 'overturned'] as const;
type Measure = (typeof measures)[number];

export const answerName = (decision: string, category: string): string => {
  const told = decision === 'remove' ? strings.review.remove : strings.review.keep;
  return words.label(told, category ? (categories[category as 'other'] ?? category) : words.noLabel);
};

/** What a line is about, in words. */
export function nameOfLine({ by, key }: QualityLine): string {
  if (by === 'all') return words.all;
  if (by === 'language') return key === '' ? strings.review.noLanguage : nameOfLanguage(key);
  if (by !== 'label') return key;
  const [decision = '', category = ''] = key.split('/');
  return answerName(decision, category);
}

const shown = (measure: Measure, value: number): string =>
  measure === 'agreement' ? decimal(value) : tenthsShare(value);

/** Why no figure is told, in words. */
function whyNot(measure: Measure, estimate: QualityLine[Measure]): string {
  if (!('why' in estimate) || estimate.n === 0) return words.nothing;
  if (estimate.why === 'same') return words.same;
  return estimate.n >= enough[measure] ? words.fewOther : words.few(number(estimate.n), number(enough[measure]));
}

const counted = (line: QualityLine, measure: Measure): string => {
  const some = { agreement: line.agreement.same, golden: line.golden.right, overturned: line.overturned.reversed };
  return words.ofAll(number(some[measure]), number(line[measure].n));
};

/** Up to where the share of what was reversed is drawn: it is small. */
function endOf(lines: readonly QualityLine[]): number {
  const most = Math.max(0, ...lines.map(({ overturned }) => ('why' in overturned ? 0 : overturned.high)));
  return [0.1, 0.25, 0.5].find(end => end >= most) ?? 1;
}

/** A dot on a line: where it stands on the measure's scale, and how far it may be off. */
function Dot({ line, measure, end }: { line: QualityLine; measure: Measure; end: number }) {
  const estimate = line[measure];
  if ('why' in estimate) return <p className={styles.why}>{whyNot(measure, estimate)}</p>;
  const { value, low, high } = estimate;
  // Kappa is drawn from 0 on: less than chance is at the edge, and told in figures.
  const at = (x: number): string => `${Math.max(0, Math.min(1, x / end)) * 100}%`;
  return (
    <div className={styles.estimate}>
      <span className={styles.scale} aria-hidden="true">
        <span className={styles.line} style={{ left: at(low), right: `calc(100% - ${at(high)})` }} />
        <span className={styles.dot} style={{ left: at(value) }} />
      </span>
      <p>
        <b>{shown(measure, value)}</b>{' '}
        <span>
          {shown(measure, low)} – {shown(measure, high)}
        </span>
      </p>
      <p>{counted(line, measure)}</p>
    </div>
  );
}

/** Each line with its three figures, each drawn on one scale. */
export function Drawn({ lines }: { lines: readonly QualityLine[] }) {
  const ends = { agreement: 1, golden: 1, overturned: endOf(lines) };
  return (
    <>
      <div className={table.wrap} style={{ marginTop: '0.6rem' }}>
        <table className={styles.drawn}>
          <thead>
            <tr>
              <th scope="col">
                <span className="hidden-visually">{words.by}</span>
              </th>
              {measures.map(measure => (
                <th key={measure} scope="col">
                  {words.columns[measure]}
                  <small>{words[`${measure}Hint`]}</small>
                  <small>{words.scale(shown(measure, 0), shown(measure, ends[measure]))}</small>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lines.map(line => (
              <tr key={`${line.by} ${line.key}`} data-all={line.by === 'all'}>
                <th scope="row">{nameOfLine(line)}</th>
                {measures.map(measure => (
                  <td key={measure} data-label={words.columns[measure]}>
                    <Dot line={line} measure={measure} end={ends[measure]} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={styles.legend}>{words.legend}</p>
    </>
  );
}

function Cells({ line, measure }: { line: QualityLine; measure: Measure }) {
  const estimate = line[measure];
  return (
    <>
      <td data-number>
        {'why' in estimate ? (
          <span className={table.dim}>{estimate.n === 0 ? '–' : whyNot(measure, estimate)}</span>
        ) : (
          shown(measure, estimate.value)
        )}
      </td>
      <td data-number>
        {'why' in estimate ? '–' : `${shown(measure, estimate.low)} – ${shown(measure, estimate.high)}`}
      </td>
      <td data-number>{counted(line, measure)}</td>
    </>
  );
}

/** The same figures as a table. */
export function Listed({ lines }: { lines: readonly QualityLine[] }) {
  const { columns } = words;
  return (
    <Table label={words.draws.table} className={styles.listed}>
      <thead>
        <tr>
          <th scope="col" rowSpan={2}>
            {words.by}
          </th>
          {measures.map(measure => (
            <th key={measure} scope="colgroup" colSpan={3}>
              {columns[measure]}
            </th>
          ))}
        </tr>
        <tr>
          {measures.flatMap(measure => [
            <th key={`${measure} value`} scope="col" data-number>
              {measure === 'agreement' ? columns.kappa : columns.share}
            </th>,
            <th key={`${measure} interval`} scope="col" data-number>
              {columns.interval}
            </th>,
            <th key={`${measure} of`} scope="col" data-number>
              {measure === 'agreement' ? columns.same : columns.of}
            </th>,
          ])}
        </tr>
      </thead>
      <tbody>
        {lines.map(line => (
          <tr key={`${line.by} ${line.key}`}>
            <th scope="row">{nameOfLine(line)}</th>
            {measures.map(measure => (
              <Cells key={measure} line={line} measure={measure} />
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
