import assert from 'node:assert/strict';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Checklist } from './checklist.ts';
import { root } from './pack-packages.ts';
import { runProcess } from './run-process.ts';

/** What the projects of the page need beside our packages. */
export const jestDependencies: Readonly<Record<string, string>> = { '@babel/preset-env': '^7.0.0', express: '*', jest: '^30.0.0' };

/** The files of `docs/testing-with-jest.md`, by their paths. */
async function readProjects(): Promise<Map<string, string>> {
  const page = await readFile(join(root, 'docs/testing-with-jest.md'), 'utf8');
  return new Map([...page.matchAll(/<!-- file: (\S+) -->\n\n```\w+\n([^]*?)\n```/g)].map(([, path = '', text = '']) => [path, text]));
}

/** What Jest's own report says. */
interface JestReport {
  readonly numPassedTests: number;
  readonly numTotalTests: number;
  readonly testResults: readonly { readonly message: string }[];
}

/** Runs both projects that the page shows, as the page shows them; the tests of the first are those of the second. */
export async function checkJest(checklist: Checklist, folder: string): Promise<void> {
  const files = await readProjects();
  const tests = [...files].filter(([path]) => path.startsWith('flag/') && /\.test\.c?js$/.test(path));
  for (const [path, text] of tests) files.set(path.replace('flag/', 'babel/').replace('.cjs', '.js'), text);
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  for (const project of ['flag', 'babel']) {
    const place = join(folder, project);
    await symlink('../node_modules', join(place, 'node_modules'));
    await checklist.check(`Jest runs the project "${project}" of docs/testing-with-jest.md`, async () => {
      assert.equal(tests.length, 2);
      const parameters = ['test', '--', '--json', '--outputFile=report.json', '--cacheDirectory=cache'];
      const { status, stdout, stderr } = await runProcess('npm', parameters, { folder: place, timeout: 300_000 });
      const report = await readFile(join(place, 'report.json'), 'utf8').then(
        (text) => JSON.parse(text) as JestReport,
        () => assert.fail(`${stdout}\n${stderr}`),
      );
      const { numPassedTests, numTotalTests, testResults } = report;
      const messages = testResults
        .map(({ message }) => message)
        .join('\n')
        .trim();
      assert.deepEqual(
        { status, numPassedTests, numTotalTests, messages },
        { status: 0, numPassedTests: 2, numTotalTests: 2, messages: '' },
      );
      assert.doesNotMatch(stderr, /did not exit/);
    });
  }
}
