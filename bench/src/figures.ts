import type { Measurement } from './rounds.ts';
import { ratios, spread } from './statistics.ts';
import type { Spread } from './statistics.ts';

/** What all rounds together say of one row. */
export interface RowFigures {
  readonly row: string;
  /** Microseconds of CPU a request, by subject. */
  readonly cpu: Readonly<Record<string, Spread>>;
  /** `ours/hpm` and the like: one ratio a round. Those whose two sides were measured. */
  readonly ratios: Readonly<Record<string, Spread>>;
}

/** The pairs that are held against each other. */
export const pairs: readonly (readonly [string, string])[] = [
  ['ours', 'hpm'],
  ['ours', 'bare'],
  ['hpm', 'bare'],
  ['all-memory', 'ours'],
  ['all-sqlite', 'ours'],
  ['all-redis', 'ours'],
  ['all-memory', 'bare'],
];

/** Sums measurements up: rows in the order in which they came, subjects in the order given, since rounds begin with another one each time. */
export function toFigures(measurements: readonly Measurement[], subjects: readonly string[]): RowFigures[] {
  return [...Map.groupBy(measurements, ({ row }) => row)].map(([row, ofRow]) => {
    const cpuOf = (subject: string): number[] => ofRow.filter((one) => one.subject === subject).map(({ cpu }) => cpu);
    const compared = pairs.flatMap(([above, below]) => {
      if (!subjects.includes(above) || !subjects.includes(below)) return [];
      return [[`${above}/${below}`, spread(ratios(cpuOf(above), cpuOf(below)))] as const];
    });
    return {
      row,
      cpu: Object.fromEntries(subjects.map((subject) => [subject, spread(cpuOf(subject))])),
      ratios: Object.fromEntries(compared),
    };
  });
}
