import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { QualityAnswer } from '../../api/quality-types.js';
import { ask } from '../api.js';
import { number } from '../format.js';
import { Choice } from '../parts/Choice.js';
import { Head } from '../parts/Head.js';
import { Problem } from '../parts/Said.js';
import table from '../parts/Table.module.css';
import { Disagreements } from '../quality/Disagreements.js';
import { Golden } from '../quality/Golden.js';
import { Drawn, Listed, nameOfLine } from '../quality/Lines.js';
import { Mine } from '../quality/Mine.js';
import { byName } from '../review/store.js';
import type { ScreenProps } from '../screens.js';
import { may } from '../session.js';
import { strings } from '../strings.js';

const words = strings.quality;
const views = ['figures', 'disagreements', 'golden', 'mine'] as const;
const dimensions = ['language', 'label', 'pair', 'person'] as const;
const periods = [7, 30, 90, 365] as const;

/** How well is decided: of everybody for leads, of oneself for each. */
export default function Quality({ session }: ScreenProps) {
  const leads = may(session, 'quality:read');
  const writes = may(session, 'quality:write');
  const [view, setView] = useState<(typeof views)[number]>(leads ? 'figures' : 'mine');
  const [drawn, setDrawn] = useState<'bars' | 'table'>('bars');
  const [days, setDays] = useState<number>(90);
  const [by, setBy] = useState<(typeof dimensions)[number]>('language');
  const read = useQuery({
    queryKey: ['quality', 'figures', days],
    queryFn: () => ask<QualityAnswer>(`/console/api/quality?days=${days}`),
    enabled: leads,
    refetchInterval: 120_000,
    placeholderData: before => before,
  });
  const answer = read.data;
  const lines = (answer?.lines.filter(line => line.by === 'all' || line.by === by) ?? []).sort((a, b) =>
    a.by === 'all' ? -1 : b.by === 'all' ? 1 : byName(nameOfLine(a), nameOfLine(b)),
  );
  const Lines = drawn === 'bars' ? Drawn : Listed;
  const name = (one: (typeof views)[number]): string =>
    one === 'disagreements' && answer && answer.disagreed > 0
      ? `${words.views[one]} (${number(answer.disagreed)})`
      : words.views[one];
  const figures = view === 'figures' || view === 'mine';
  return (
    <>
      <Head title={words.title} hint={leads ? words.hint : words.hintMine}>
        {leads && (
          <Choice
            label={words.view}
            value={view}
            onChange={setView}
            options={views.map(one => [one, name(one)] as const)}
          />
        )}
        {figures && (
          <>
            <NativeSelect
              size="xs"
              label={words.days}
              value={String(days)}
              onChange={event => setDays(Number(event.currentTarget.value))}
              data={periods.map(n => ({ value: String(n), label: words.daysOf(number(n)) }))}
            />
            {view === 'figures' && (
              <NativeSelect
                size="xs"
                label={words.by}
                value={by}
                onChange={event => setBy(event.currentTarget.value as typeof by)}
                data={dimensions.map(value => ({ value, label: words.dimensions[value] }))}
              />
            )}
            <Choice
              label={words.drawn}
              value={drawn}
              onChange={setDrawn}
              options={(['bars', 'table'] as const).map(one => [one, words.draws[one]] as const)}
            />
          </>
        )}
      </Head>
      <Problem of={read.error} />
      {view === 'figures' && answer && (
        <>
          {answer.settings.golden === 0 && answer.settings.second === 0 && <p className={table.dim}>{words.off}</p>}
          {answer.lines.length === 1 && <p className={table.dim}>{words.none}</p>}
          <Lines lines={lines} />
          {answer.waiting > 0 && <p className={table.dim}>{words.waiting(number(answer.waiting))}</p>}
        </>
      )}
      {view === 'disagreements' && <Disagreements writes={writes} />}
      {view === 'golden' && answer && <Golden settings={answer.settings} writes={writes} />}
      {view === 'mine' && <Mine days={days} asTable={drawn === 'table'} />}
    </>
  );
}
