import type { FaultReport } from './run-fault.ts';
import { successOf } from './run-fault.ts';
import { useNames } from './uses.ts';

/** What came of one failure. */
export interface Told {
  readonly fault: string;
  readonly report: FaultReport;
}

/** Who got what during each failure, in the order in which it came: a row for each use. Where the first call after it failed, that stands there too. */
export function useTable(told: readonly Told[]): string {
  const rows = useNames.map((use) => [
    use,
    ...told.map(({ report }) => {
      const { during, back, first } = report.uses[use];
      const answers = Object.keys(during);
      const got = answers.length > 0 ? answers.join(', then ') : `waits, then ${Object.keys(back).join(', ')}`;
      return first === successOf(use) ? got : `${got}; after it at first ${first}`;
    }),
  ]);
  return toTable(['', ...told.map(({ fault }) => fault)], rows);
}

/** What the books say after each failure, and how long the slowest call took: a row for each failure. */
export function bookTable(told: readonly Told[]): string {
  const rows = told.map(({ fault, report }) => {
    const { truth, ledger, missing, surplus, counterBeyond, reserved } = report.books;
    const all = useNames.map((use) => report.uses[use]);
    const calls = all.flatMap(({ before, during, back, after }) =>
      [before, during, back, after].flatMap((counts) => Object.values(counts)),
    );
    const late = all.filter(({ first }, index) => first !== successOf(useNames[index] ?? 'budget')).length;
    return [
      fault,
      calls.reduce((sum, count) => sum + count, 0),
      Math.round(Math.max(...all.map(({ slowest }) => slowest))),
      late,
      truth,
      ledger - truth,
      missing + surplus,
      counterBeyond,
      reserved,
      Object.keys(report.streams).join(', '),
    ];
  });
  const head = ['', 'calls', 'slowest ms', 'late uses', 'spent', 'ledger off', 'calls off', 'counter off', 'left reserved', 'streams'];
  return toTable(head, rows);
}

function toTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
