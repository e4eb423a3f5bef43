import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { bindingContract, bodyParserContract } from '@ai-proxy/testing';
import type { BindingBehindParser, BindingCheck, BindingUnderTest } from '@ai-proxy/testing';

/** What became of the cells of one framework on one Node. */
export interface CellReport {
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly { readonly name: string; readonly message: string }[];
}

/** Runs every binding that a file exports through the contract, and writes the report: the program that a project of the matrix runs. */
async function runCells(cells: string, reportFile: string): Promise<void> {
  const exported: Readonly<Record<string, unknown>> = await import(pathToFileURL(cells).href);
  const bindings = Object.values(exported).flat().filter(isBinding);
  if (bindings.length === 0) throw new Error(`${cells} exports no binding`);
  const failures: { name: string; message: string }[] = [];
  const counts = { passed: 0, skipped: 0 };
  for (const binding of bindings) {
    for (const check of checksOf(binding)) {
      if (check.skip !== undefined) {
        counts.skipped += 1;
        continue;
      }
      try {
        await check.run();
        counts.passed += 1;
      } catch (error) {
        failures.push({ name: `${binding.name}: ${check.name}`, message: error instanceof Error ? error.message : String(error) });
      }
    }
  }
  const report: CellReport = { ...counts, failures };
  await writeFile(reportFile, JSON.stringify(report));
}

const isBinding = (value: unknown): value is BindingUnderTest =>
  typeof value === 'object' && value !== null && 'name' in value && 'start' in value;

const checksOf = (binding: BindingUnderTest | BindingBehindParser): readonly BindingCheck[] =>
  'keeps' in binding ? bodyParserContract(binding) : bindingContract(binding);

const [cells = '', reportFile = ''] = process.argv.slice(2);
await runCells(cells, reportFile);
// A framework may hold on to something for ever; all that was asked has been answered.
process.exit(0);
