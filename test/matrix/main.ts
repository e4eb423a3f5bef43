import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createChecklist } from '../packages/checklist.ts';
import { packPackages } from '../packages/pack-packages.ts';
import { createTemporaryFolder } from '../packages/temporary-folder.ts';
import { createCellProject } from './cell-project.ts';
import { everywhere } from './frameworks.ts';
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
      const label = `${framework.name}@${project.version}`;
      for (const node of nodes) report({ label, node: node.version, ...(await project.run(node)) });
    } catch (error) {
      const failure = { name: 'the project', message: error instanceof Error ? error.message : String(error) };
      report({ label: `${framework.name}@${range}`, node: '', passed: 0, skipped: 0, failures: [failure] });
    }
    await rm(place, { recursive: true, force: true });
  }
}

function report({ label, node, passed, skipped, failures }: CellReport & { readonly label: string; readonly node: string }): void {
  checklist.add({ passed, failed: failures.length, skipped });
  const counts = `${passed} passed, ${failures.length} failed, ${skipped} skipped`;
  checklist.progress(`${failures.length === 0 ? 'ok  ' : 'FAIL'}  ${label.padEnd(20)}node@${node.padEnd(10)}${counts}`);
  for (const { name, message } of failures) process.stdout.write(`${`${name}\n${message}`.replace(/^/gm, '          ')}\n`);
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === undefined) process.stdout.write(`${help}\n`);
  else await checklist.finish(() => run(options));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
