import type { Table } from '../../runtime/index.js';

/** One row a clock of the ledger: its history, and of the stretch that is open what the figures tell of it. */
export const slaClocksTable: Table = {
  name: 'sla_clocks',
  columns: {
    clock: 'text',
    obligation: 'text',
    /** JSON of `History`. */
    history: 'text',
    /** The order under non-disclosure that hides it: it is in no figure. */
    seal: 'text?',
    /** 1: it counts as open. What follows is then about its open stretch. */
    open: 'integer',
    /** Where that began; of a hidden clock its first start. */
    began: 'bigint?',
    /** It is past due after this instant: `never` while it is suspended in time, null where it has no limit. */
    due: 'bigint?',
    route: 'text?',
    language: 'text?',
    verdict: 'text?',
  },
  primaryKey: ['clock'],
  indexes: {
    open: { columns: ['began'], where: 'open = 1' },
    due: { columns: ['due'], where: 'open = 1' },
    seal: { columns: ['seal'], where: 'seal is not null' },
  },
};

export interface SlaClockRow {
  clock: string;
  obligation: string;
  history: string;
  seal: string | null;
  open: 0 | 1;
  began: number | null;
  due: number | null;
  route: string | null;
  language: string | null;
  verdict: string | null;
}

const stretchColumns = {
  /** UTC, of where it began: `2026-11`. */
  month: 'text',
  obligation: 'text',
  bucket: 'integer',
  route: 'text',
  language: 'text',
  /** The figure; of a cancelled stretch how long it was. */
  ms: 'bigint',
  began: 'bigint',
  /** An entry of the batch that made this row: it belongs to no log of this size, nor of a smaller one. */
  since: 'bigint',
  clock: 'text',
  verdict: 'text',
} as const;

/** Ended stretches. The key is the order in which percentiles are read: a bucket's rows, of one route and language or of all. */
export const slaStretchesTable: Table = {
  name: 'sla_stretches',
  columns: stretchColumns,
  primaryKey: ['month', 'obligation', 'bucket', 'route', 'language', 'ms', 'began', 'since', 'clock'],
  indexes: { began: { columns: ['began'] } },
};

/** Ended stretches of hidden clocks: no figure reads them. */
export const slaSealedTable: Table = {
  name: 'sla_sealed',
  columns: { ...stretchColumns, seal: 'text' },
  primaryKey: ['seal', 'clock', 'bucket', 'began', 'ms', 'since'],
};

export interface SlaStretchRow {
  month: string;
  obligation: string;
  bucket: number;
  route: string;
  language: string;
  ms: number;
  began: number;
  since: number;
  clock: string;
  verdict: string;
}

/** How many stretches of each kind began in a month: what percentiles are found by, and all counts come from. */
export const slaCountsTable: Table = {
  name: 'sla_counts',
  columns: {
    month: 'text',
    obligation: 'text',
    route: 'text',
    language: 'text',
    bucket: 'integer',
    verdict: 'text',
    n: 'integer',
  },
  primaryKey: ['month', 'obligation', 'route', 'language', 'bucket', 'verdict'],
};

export interface SlaCountRow {
  month: string;
  obligation: string;
  route: string;
  language: string;
  bucket: number;
  verdict: string;
  n: number;
}

export interface SlaRows {
  sla_clocks: SlaClockRow;
  sla_stretches: SlaStretchRow;
  sla_sealed: SlaStretchRow & { seal: string };
  sla_counts: SlaCountRow;
}

export const slaTables: Table[] = [slaClocksTable, slaStretchesTable, slaSealedTable, slaCountsTable];
