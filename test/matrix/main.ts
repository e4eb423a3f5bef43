import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createChecklist } from '../packages/checklist.ts';
import { packPackages } from '../packages/pack-packages.ts';
import { createTemporaryFolder } from '../packages/temporary-folder.ts';
import { createCellProject } from './cell-project.ts';
import { everywhere } from './frameworks.ts';
import { reasonOf } from './known-limits.ts';
import { getNode } from './nodes.ts';
import type { MatrixNode } from './nodes.ts';
import type { CellReport } from './run-cells.ts';
import { help, parseOptions } from './options.ts';
import type { MatrixOptions } from './options.ts';

const checklist = createChecklist();

async function run({ rows, nodes: wanted }: MatrixOptions): Promise<void> {
  const folder = createTemporaryFolder('ai-proxy-matrix');
  checklist.progress('building and packing');
  const bindings = new Set(rows.map(([{ binding }]) => binding));
  const packed = await packPackages(folder, (name) => everywhere.includes(name) || bindings.has(name));

  const nodes: MatrixNode[] = [];
  for (const version of wanted) {
    await getNode(folder, version).then(
      (node) => nodes.push(node),
      (error: Error) => {
        checklist.progress(`Node ${version} cannot be had here, and nothing runs on it: ${error.message}`);
      },
    );
  }
  for (const [framework, range] of rows) {
    const place = join(folder, 'project');
    try {
      const project = await createCellProject(place, framework, range, packed);
      for (const node of nodes) report(framework.name, project.version, node.version, await project.run(node));
    } catch (error) {
      const failure = { name: 'the project', message: error instanceof Error ? error.message : String(error) };
      report(framework.name, range, 'none', { passed: 0, skipped: 0, failures: [failure] });
    }
    await rm(place, { recursive: true, force: true });
  }
}

function report(framework: string, version: string, node: string, { passed, skipped, failures }: CellReport): void {
  const told = failures.map((failure) => ({ ...failure, reason: reasonOf(failure.name, framework, node) }));
  const failed = told.filter(({ reason }) => reason === undefined);
  const counts = { passed, failed: failed.length, skipped: skipped + told.length - failed.length };
  checklist.add(counts);
  const verdict = `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
  checklist.progress(`${failed.length === 0 ? 'ok  ' : 'FAIL'}  ${`${framework}@${version}`.padEnd(20)}node@${node.padEnd(10)}${verdict}`);
  for (const { name, message, reason } of told) {
    const text = reason === undefined ? `${name}\n${message}` : `known: ${name}: ${reason}`;
    process.stdout.write(`${text.replace(/^/gm, '          ')}\n`);
  }
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === undefined) process.stdout.write(`${help}\n`);
  else await checklist.finish(() => run(options));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
