import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createNpmProject } from '../packages/npm-project.ts';
import { root } from '../packages/pack-packages.ts';
import type { PackedPackage } from '../packages/pack-packages.ts';
import { runProcess, runToSuccess } from '../packages/run-process.ts';
import { everywhere } from './frameworks.ts';
import type { Framework } from './frameworks.ts';
import type { MatrixNode } from './nodes.ts';
import type { CellReport } from './run-cells.ts';

/** A project with one version of one framework, our packages as npm delivers them, and the cells compiled. */
export interface CellProject {
  /** The version that was installed; `none` where there is no framework. */
  readonly version: string;
  run(node: MatrixNode): Promise<CellReport>;
}

const runner = 'test/matrix/run-cells.ts';

// Cells are TypeScript, and one framework's have decorators, which no Node strips.
const compilerOptions = {
  target: 'es2023',
  module: 'nodenext',
  moduleResolution: 'nodenext',
  noCheck: true,
  skipLibCheck: true,
  types: [],
  allowImportingTsExtensions: true,
  rewriteRelativeImportExtensions: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
};

export async function createCellProject(
  folder: string,
  framework: Framework,
  range: string,
  packed: readonly PackedPackage[],
): Promise<CellProject> {
  const alike = [framework.package, ...(framework.alike ?? [])].filter((name) => name !== undefined);
  const dependencies = { ...Object.fromEntries(alike.map((name) => [name, range])), ...framework.companions };
  const project = await createNpmProject(
    folder,
    dependencies,
    packed.filter(({ name }) => name === framework.binding || everywhere.includes(name)),
  );
  for (const path of ['test/bindings', runner, ...(framework.files ?? [])]) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await cp(join(root, path), join(folder, path), {
      recursive: true,
      filter: (one) => !['node_modules', '.next', 'dist'].includes(basename(one)),
    });
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [framework.cells, runner] }));
  await runToSuccess(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json'], { folder });

  return {
    version: project.versions[framework.package ?? ''] ?? 'none',
    async run({ program }) {
      const report = join(folder, 'report.json');
      await rm(report, { force: true });
      const parameters = [join(folder, runner.replace('.ts', '.js')), join(folder, framework.cells.replace('.ts', '.js')), report];
      const { status, stdout, stderr } = await runProcess(program, parameters, { folder });
      return readFile(report, 'utf8').then(
        (text) => JSON.parse(text) as CellReport,
        () => ({
          passed: 0,
          skipped: 0,
          failures: [{ name: `the cells ended with ${status} and no report`, message: [stdout, stderr].join('\n').trim().slice(-4000) }],
        }),
      );
    },
  };
}
