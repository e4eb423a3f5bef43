import { expect, it } from 'vitest';
import { toJson, toTable } from '../src/report.ts';

const circumstances = {
  node: '24.0.0',
  cores: 2,
  rounds: 9,
  requests: { json: 1500, stream: 96 },
  load: { first: 0.24, lowest: 1.5, highest: 2.21 },
};

const figures = [
  {
    row: 'native JSON',
    cpu: { bare: { median: 100, lowest: 90, highest: 120 }, ours: { median: 151.6, lowest: 150, highest: 1234 } },
    ratios: { 'ours/bare': { median: 1.516, lowest: 1.2, highest: 1.9 } },
  },
  { row: 'native stream', cpu: { bare: { median: 2100, lowest: 2000, highest: 2200 } }, ratios: {} },
];

it('writes medians and ratios with their spread under the circumstances of the run', () => {
  expect(toTable(figures, circumstances).split('\n')).toEqual([
    'CPU time of the process a request, in µs: median of the rounds. Ratios: one a round, their median (lowest–highest).',
    'Node 24.0.0, 2 cores; 9 rounds of 1500 whole answers and 96 streams a row and subject.',
    'Load average 0.2 before, 1.5–2.2 during the run.',
    '',
    '               bare  ours         ours/bare',
    'native JSON     100   152  1.52 (1.20–1.90)',
    'native stream  2100     –                 –',
  ]);
});

it('writes one line of JSON with every figure', () => {
  const text = toJson(figures, circumstances);
  expect(text).not.toContain('\n');
  expect(JSON.parse(text)).toEqual({ ...circumstances, rows: figures });
});
