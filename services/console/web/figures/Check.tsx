import { Button, Modal } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api.js';
import { Problem } from '../parts/Said.js';
import { TestPost } from '../parts/TestPost.js';
import { strings } from '../strings.js';
import styles from './Check.module.css';

const words = strings.regulator.check;

export interface Period {
  from: string;
  to: string;
  by: string;
}
interface Report {
  from: string;
  to: string;
  first: number;
  size: number;
}

/** The files of one report: they belong together, so both are made from one answer. */
function Files({ period }: { period: Period }) {
  const make = useMutation({
    mutationFn: async () => {
      const report = await ask<Report>(`/v1/sla/report?${new URLSearchParams({ ...period })}`);
      const { from, to, first, size } = report;
      const range = new URLSearchParams({ from, to, first: String(first), size: String(size) });
      const text = `${JSON.stringify(report, null, 2)}\n`;
      return {
        figures: URL.createObjectURL(new Blob([text], { type: 'application/json' })),
        openings: `/v1/sla/report/openings?${range}`,
      };
    },
  });
  return (
    <>
      <Problem of={make.error} />
      {make.data ? (
        <p className={styles.files}>
          <a href={make.data.figures} download="figures.json">
            {words.figures}
          </a>
          <a href={make.data.openings} download="openings.ndjson">
            {words.openings}
          </a>
        </p>
      ) : (
        <Button size="compact-md" variant="default" loading={make.isPending} onClick={() => make.mutate()}>
          {words.make}
        </Button>
      )}
    </>
  );
}

/** Beside a figure: how a stranger makes it again, with the files for it. */
export function Check({ what, row, period }: { what: string; row: string; period: Period }) {
  const [open, setOpen] = useState(false);
  const command = `node sansdelai-verify.mjs . --key ledger.key --log ${window.location.origin}/v1/ledger --keep kept.note`;
  return (
    <>
      <button
        type="button"
        className={styles.open}
        aria-label={strings.sla.checkOf(what)}
        onClick={() => setOpen(true)}
      >
        {strings.sla.check}
      </button>
      <Modal.Root opened={open} onClose={() => setOpen(false)} size="lg" transitionProps={{ duration: 0 }}>
        <Modal.Overlay />
        <Modal.Content>
          <Modal.Body>
            <div className={styles.check}>
              <Modal.Title>{strings.sla.checkOf(what)}</Modal.Title>
              <p>{words.how}</p>
              <ol>
                <li>
                  <p>{words.files}</p>
                  <Files period={period} />
                </li>
                <li>
                  <p>{words.key}</p>
                </li>
                <li>
                  <p>{words.run}</p>
                  <TestPost words={command} />
                </li>
              </ol>
              <p>{words.line(row)}</p>
              <p>
                <a href="/docs/check-a-figure.md">{words.more}</a>
              </p>
              <Button variant="default" style={{ justifySelf: 'start' }} onClick={() => setOpen(false)}>
                {words.close}
              </Button>
            </div>
          </Modal.Body>
        </Modal.Content>
      </Modal.Root>
    </>
  );
}
