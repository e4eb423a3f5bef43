import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { RowFigures } from '../src/figures.ts';
import { rows } from '../src/rows.ts';
import { subjectNames } from '../src/subjects/subjects.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const run = (...parameters: string[]): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, ['--conditions=ai-proxy-source', main, ...parameters]);

it('measures every row with every subject, and finds every answer right', { timeout: 180_000 }, async () => {
  const { stdout, stderr } = await run('--quick', '--rounds', '1', '--json');

  const lines = stdout.trim().split('\n');
  const { rows: figures } = JSON.parse(lines.at(-1) ?? '') as { rows: RowFigures[] };
  expect(figures.map(({ row }) => row)).toEqual(rows.map(({ name }) => name));
  for (const { cpu, ratios } of figures) {
    expect(Object.keys(cpu)).toEqual([...subjectNames]);
    expect(Object.keys(ratios)).toEqual([
      'ours/hpm',
      'ours/bare',
      'hpm/bare',
      'all-memory/ours',
      'all-sqlite/ours',
      'all-redis/ours',
      'all-memory/bare',
    ]);
    for (const { median, lowest, highest } of [...Object.values(cpu), ...Object.values(ratios)]) {
      expect(lowest).toBeGreaterThan(0);
      expect(median).toBeGreaterThanOrEqual(lowest);
      expect(highest).toBeGreaterThanOrEqual(median);
    }
  }
  for (const { name } of rows) expect(lines.slice(0, -1).filter((line) => line.startsWith(name))).toHaveLength(1);
  expect(stderr).toMatch(/^warming up\n/);
});

it('says what it can be asked, and refuses what it does not know', async () => {
  const { stdout } = await run('--help');
  for (const option of ['--rounds', '--requests', '--streams', '--quick', '--row', '--subject', '--json', '--profile'])
    expect(stdout).toContain(option);

  await expect(run('--subject', 'nginx')).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('nginx') as string,
  });
  await expect(run('--rounds', '0')).rejects.toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('--rounds') as string });
});
