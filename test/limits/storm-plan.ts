import type { CounterWindow } from '@ai-proxy/core';

/** What is limited in a storm: money, amounts in a period that outlasts it, calls in any second, calls at once. */
export type StormKind = 'budget' | 'rate' | 'second' | 'parallel';

/** What one process is to do. */
export interface StormPlan {
  readonly address: string;
  readonly root: string;
  readonly kind: StormKind;
  readonly calls: number;
  /** What one call costs; 1 where calls are counted. */
  readonly cost: number;
  readonly limit: number;
  /** Of a hundred calls so many are aborted or fail; of those one in six dies without a word, where what it held is freed by its expiry. */
  readonly failing: number;
  /** How long a call that lives holds its reservation, in milliseconds. */
  readonly hold: number;
}

/** From one moment to another. */
export type Span = readonly [from: number, to: number];

/** What one process has seen. */
export interface StormReport {
  readonly settled: number;
  readonly givenBack: number;
  readonly died: number;
  readonly refused: number;
  /** The most that any answer said to be used. */
  readonly mostUsed: number;
  /**
   * What each settled call knows for sure, in Unix milliseconds. Where calls at once are limited: from when to when it was certainly under way. Elsewhere: between
   * which moments it was admitted.
   */
  readonly spans: readonly Span[];
  readonly errors: Readonly<Record<string, number>>;
}

/** How long a call holds its reservation that will die without a word, in milliseconds. */
export const deadCallsHold = 1500;

/** Longer than any storm, so that no amount becomes old in it. */
const period = 3_600_000;

export const second = 1000;

/** What is limited, and what tells whether any of it may come back. */
export function windowsOf({ kind, cost, limit }: StormPlan): readonly [CounterWindow, CounterWindow] {
  const underWay: CounterWindow = { kind: 'gauge', key: 'under way', amount: 1 };
  if (kind === 'budget') return [{ kind: 'sum', key: 'budget', amount: cost, limit }, underWay];
  if (kind === 'rate') return [{ kind: 'rate', key: 'rpm', amount: cost, limit, period }, underWay];
  if (kind === 'second') return [{ kind: 'rate', key: 'rps', amount: cost, limit, period: second }, underWay];
  return [{ kind: 'gauge', key: 'parallel', amount: cost, limit }, underWay];
}
