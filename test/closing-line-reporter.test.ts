import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

interface Run {
  readonly status: number;
  readonly lines: readonly string[];
}

const passes = `test('one', () => {});`;

describe.concurrent('a run ends with its closing line', () => {
  const cases: [how: string, files: Record<string, string>, line: string, status: number][] = [
    ['when all passes', { 'a.test.js': passes, 'b.test.js': passes }, '2 passed, 0 failed', 0],
    [
      'when some are skipped',
      { 'a.test.js': `${passes} test.skip('two', () => {}); test.todo('three');` },
      '1 passed, 0 failed, 2 skipped',
      0,
    ],
    ['when a test fails', { 'a.test.js': `${passes} test('two', () => { throw new Error('no'); });` }, '1 passed, 1 failed', 1],
    ['when a file cannot be imported', { 'a.test.js': `import './missing.js'; ${passes}`, 'b.test.js': passes }, '1 passed, 1 failed', 1],
    ['when a file cannot be parsed', { 'a.test.js': `test('one', () => {`, 'b.test.js': passes }, '1 passed, 1 failed', 1],
    [
      'when a hook of a file throws',
      { 'a.test.js': `beforeAll(() => { throw new Error('no'); }); ${passes}` },
      '0 passed, 1 failed, 1 skipped',
      1,
    ],
    ['when a hook of a suite throws', { 'a.test.js': suiteWith(`afterAll(() => { throw new Error('no'); });`) }, '1 passed, 1 failed', 1],
    [
      'when an error is caught by nobody',
      { 'a.test.js': `test('one', () => { Promise.reject(new Error('late')); });` },
      '1 passed, 1 failed',
      1,
    ],
    ['when the worker dies', { 'a.test.js': `test('one', () => { process.kill(process.pid, 'SIGKILL'); });` }, '0 passed, 1 failed', 1],
    ['when nothing is found', { 'a.js': '' }, '0 passed, 1 failed', 1],
    [
      'when the set-up fails',
      { 'a.test.js': passes, 'setup.mjs': `export function setup() { throw new Error('no'); }` },
      '0 passed, 1 failed',
      1,
    ],
    [
      'when the tear-down talks',
      { 'a.test.js': passes, 'setup.mjs': `export const teardown = () => console.log('bye');` },
      '1 passed, 0 failed',
      0,
    ],
  ];

  test.each(cases)('%s', async (_, files, line, status) => {
    const run = await runVitest(files);
    expect(run.lines.filter((each) => /^\d+ passed, \d+ failed/.test(each))).toEqual([line]);
    expect(run.lines.at(-1)).toBe(line);
    expect(run.status).toBe(status);
  });
});

function suiteWith(hook: string): string {
  return `describe('suite', () => { ${hook} ${passes} });`;
}

/** Runs vitest as the project does, in a folder of its own. */
async function runVitest(files: Record<string, string>): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), 'closing-line-'));
  const configuration = { test: { globals: true, maxWorkers: 1, ...('setup.mjs' in files ? { globalSetup: './setup.mjs' } : {}) } };
  try {
    const all = { 'vitest.config.mjs': `export default ${JSON.stringify(configuration)};`, ...files };
    await Promise.all(Object.entries(all).map(([name, text]) => writeFile(join(folder, name), text)));
    return await runNode([
      join(import.meta.dirname, '../node_modules/vitest/vitest.mjs'),
      'run',
      `--root=${folder}`,
      '--reporter=default',
      `--reporter=${join(import.meta.dirname, 'closing-line-reporter.ts')}`,
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function runNode(argv: string[]): Promise<Run> {
  // The run outside marks its workers in the environment; the run inside must not take itself for one of them.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:VITEST|NODE_OPTIONS|TEST$|VITE_)/.test(name)));
  return new Promise((resolve) => {
    const child = execFile(process.execPath, argv, { env: { ...env, NODE_ENV: 'test', NO_COLOR: '1' } }, (_, stdout) => {
      resolve({ status: child.exitCode ?? -1, lines: stdout.trimEnd().split('\n') });
    });
  });
}
