import { useQuery } from '@tanstack/react-query';
import type { Reinstated } from '../../api/reinstated.js';
import { ask } from '../api.js';
import { number } from '../format.js';
import { Problem } from '../parts/Said.js';
import table from '../parts/Table.module.css';
import { strings } from '../strings.js';

const words = strings.regulator.back;
const columns = ['asked', 'seen', 'pending', 'other'] as const;

/** What was brought back in the period, by route. */
export function BroughtBack({ from, to }: { from: string; to: string }) {
  const read = useQuery({
    queryKey: ['reinstated', from, to],
    queryFn: () => ask<Reinstated>(`/console/api/reinstated?${new URLSearchParams({ from, to })}`),
    refetchInterval: 30_000,
  });
  const routes = read.data?.routes ?? [];
  return (
    <section className={table.side} aria-labelledby="back">
      <h2 id="back">{words.title}</h2>
      <p className={table.dim}>{words.hint}</p>
      <Problem of={read.error} />
      {read.data && routes.length === 0 && <p className={table.dim}>{words.none}</p>}
      {routes.length > 0 && (
        <div className={table.wrap} style={{ marginTop: '0.6rem' }}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{words.columns.route}</th>
                {columns.map(name => (
                  <th key={name} scope="col" data-number>
                    {words.columns[name]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {routes.map(row => (
                <tr key={row.route}>
                  <th scope="row">{row.route}</th>
                  {columns.map(name => (
                    <td key={name} data-number>
                      {number(row[name])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p className={table.dim}>{words.complaints}</p>
    </section>
  );
}
