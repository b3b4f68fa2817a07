/** What `GET /v1/what-if` and its curve answer. */
export type Estimate =
  | { enough: true; value: number; low: number; high: number; decisions: number }
  | { enough: false; decisions: number; lacking: number; low: number; high: number };

export interface At {
  threshold: number;
  reviewedPerDay: number;
  removedPerDay: number;
  addedPerDay: number;
  droppedPerDay: number;
  reviewHoursPerDay?: number;
  clocksAtRiskPerDay?: number;
  clocksAtRisk?: number;
  precision: Estimate;
  recall: Estimate;
}

interface Basis {
  reviewers: number;
  handlingSeconds?: number;
  decisions: number;
  undecided: number;
  lost: number;
  removedUnseen: number;
}

export interface CurveAnswer extends Basis {
  curve: At[];
}

export interface NearPost {
  platform: string;
  id: string;
  version: number;
  language: string;
  score: number;
  action: string;
  rule: string;
}

export interface WhatIf extends Basis {
  languages: (At & { language: string })[];
  posts: NearPost[];
}

export interface Label {
  signal: string;
  label: string;
}
