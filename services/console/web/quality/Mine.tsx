import { useQuery } from '@tanstack/react-query';
import type { QualityLine, Told } from '../../api/quality-types.js';
import { ask } from '../api.js';
import { shortOf } from '../format.js';
import { Problem } from '../parts/Said.js';
import table from '../parts/Table.module.css';
import { strings } from '../strings.js';
import { answerName, Drawn, Listed } from './Lines.js';
import { Text } from './Text.js';

const words = strings.quality.mine;

/** One's own figures, and the test cases that one decided. */
export function Mine({ days, asTable }: { days: number; asTable: boolean }) {
  const read = useQuery({
    queryKey: ['quality', 'mine', days],
    queryFn: () => ask<{ line: QualityLine; told: Told[] }>(`/console/api/quality/mine?days=${days}`),
  });
  const { columns } = words;
  const told = read.data?.told ?? [];
  return (
    <>
      <Problem of={read.error} />
      {read.data && (asTable ? <Listed lines={[read.data.line]} /> : <Drawn lines={[read.data.line]} />)}
      <section className={table.side} aria-labelledby="told">
        <h2 id="told">{words.title}</h2>
        <div className={table.wrap}>
          {told.length === 0 ? (
            <p className={table.none}>{read.isPending ? strings.frame.loading : words.none}</p>
          ) : (
            <table className={table.table}>
              <thead>
                <tr>
                  <th scope="col">{columns.at}</th>
                  <th scope="col">{columns.text}</th>
                  <th scope="col">{columns.yours}</th>
                  <th scope="col">{columns.right}</th>
                  <th scope="col">{columns.why}</th>
                </tr>
              </thead>
              <tbody>
                {told.map((one, n) => (
                  <tr key={one.id}>
                    <td data-line>{shortOf(one.answeredAt)}</td>
                    <td>
                      <Text label={strings.quality.golden.showOf(n + 1)} text={one.text}>
                        {strings.quality.golden.show}
                      </Text>
                    </td>
                    <td>{answerName(one.answer.decision, one.answer.category)}</td>
                    <td>{answerName(one.right.decision, one.right.category)}</td>
                    <td>{one.why}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </div>
      </section>
    </>
  );
}
