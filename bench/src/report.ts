import type { RowFigures } from './figures.ts';
import type { Spread } from './statistics.ts';

/** What a run was made of, printed with its figures. */
export interface Circumstances {
  readonly node: string;
  readonly cores: number;
  readonly rounds: number;
  /** Requests a round: of a row with whole answers, and of one with streams. */
  readonly requests: { readonly json: number; readonly stream: number };
  /** The machine's load average over one minute, before the first round and at its highest and lowest. The run itself makes about two of it. */
  readonly load: { readonly first: number; readonly lowest: number; readonly highest: number };
}

const ratio = ({ median, lowest, highest }: Spread): string => `${median.toFixed(2)} (${lowest.toFixed(2)}–${highest.toFixed(2)})`;

/** The figures as a table for people. */
export function toTable(figures: readonly RowFigures[], circumstances: Circumstances): string {
  const { node, cores, rounds, requests, load } = circumstances;
  const subjects = [...new Set(figures.flatMap(({ cpu }) => Object.keys(cpu)))];
  const compared = [...new Set(figures.flatMap((row) => Object.keys(row.ratios)))];
  const lines = [
    ['', ...subjects, ...compared],
    ...figures.map((row) => [
      row.row,
      ...subjects.map((subject) => row.cpu[subject]?.median.toFixed(0) ?? '–'),
      ...compared.map((pair) => (row.ratios[pair] ? ratio(row.ratios[pair]) : '–')),
    ]),
  ];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  const table = lines.map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  return [
    'CPU time of the process a request, in µs: median of the rounds. Ratios: one a round, their median (lowest–highest).',
    `Node ${node}, ${cores} cores; ${counted(rounds, 'round')} of ${requests.json} whole answers and ${requests.stream} streams a row and subject.`,
    `Load average ${load.first.toFixed(1)} before, ${load.lowest.toFixed(1)}–${load.highest.toFixed(1)} during the run.`,
    '',
    ...table,
  ].join('\n');
}

const counted = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;

/** The same for programs, on one line. */
export function toJson(figures: readonly RowFigures[], circumstances: Circumstances): string {
  return JSON.stringify({ ...circumstances, rows: figures });
}
