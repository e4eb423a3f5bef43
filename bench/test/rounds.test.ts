import { expect, it } from 'vitest';
import { toFigures } from '../src/figures.ts';
import { rotated, runRounds } from '../src/rounds.ts';

async function record(rounds: number): Promise<{ asked: string[][]; cpu: number[] }> {
  const asked: string[][] = [];
  const measurements = await runRounds({
    rounds,
    rows: ['json', 'stream'],
    subjects: ['a', 'b', 'c'],
    onRound: (round) => asked.push([`round ${round}`]),
    async measure(row, subject) {
      asked.at(-1)?.push(`${row} ${subject}`);
      return asked.flat().length;
    },
  });
  return { asked, cpu: measurements.map((one) => one.cpu) };
}

it('measures all subjects with a row before the next row, and begins with another subject each round', async () => {
  const { asked } = await record(2);
  expect(asked).toEqual([
    ['round 0', 'json a', 'json b', 'json c', 'stream a', 'stream b', 'stream c'],
    ['round 1', 'json b', 'json c', 'json a', 'stream b', 'stream c', 'stream a'],
    ['round 2', 'json c', 'json a', 'json b', 'stream c', 'stream a', 'stream b'],
  ]);
});

it('throws the first round away', async () => {
  const { asked, cpu } = await record(1);
  expect(asked).toHaveLength(2);
  expect(cpu).toEqual([9, 10, 11, 12, 13, 14]);
});

it('stops at the first measurement that fails', async () => {
  const asked: string[] = [];
  const failing = runRounds({
    rounds: 1,
    rows: ['json'],
    subjects: ['a', 'b'],
    onRound: () => {},
    async measure(_, subject) {
      asked.push(subject);
      throw new Error('wrong answer');
    },
  });
  await expect(failing).rejects.toThrow('wrong answer');
  expect(asked).toEqual(['a']);
});

it.each([
  [['a', 'b', 'c'], 0, ['a', 'b', 'c']],
  [['a', 'b', 'c'], 4, ['b', 'c', 'a']],
  [[], 3, []],
])('rotates %j by %d', (list, by, expected) => {
  expect(rotated(list, by)).toEqual(expected);
});

it('holds each round of ours against the same round of the others, in the order of the subjects', () => {
  const measurements = [
    { row: 'json', subject: 'ours', cpu: 30 },
    { row: 'json', subject: 'hpm', cpu: 20 },
    { row: 'json', subject: 'hpm', cpu: 100 },
    { row: 'json', subject: 'ours', cpu: 110 },
  ];
  expect(toFigures(measurements, ['hpm', 'ours'])).toEqual([
    {
      row: 'json',
      cpu: { hpm: { median: 60, lowest: 20, highest: 100 }, ours: { median: 70, lowest: 30, highest: 110 } },
      ratios: { 'ours/hpm': { median: 1.3, lowest: 1.1, highest: 1.5 } },
    },
  ]);
});
