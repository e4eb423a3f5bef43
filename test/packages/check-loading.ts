import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checklist } from './checklist.ts';
import type { EntryPoint } from './declared-exports.ts';
import type { PackedPackage } from './pack-packages.ts';
import { runToSuccess } from './run-process.ts';

/** Both ways into a module; each prints the names it found. */
const loaders = {
  'import()': ['--input-type=module', (specifier: string) => `const all = await import('${specifier}');`],
  'require()': ['--input-type=commonjs', (specifier: string) => `const all = require('${specifier}');`],
} as const;

/** Every entry point loads both ways, silently, and has at run time the values that its declarations promise. */
export async function checkLoading(
  checklist: Checklist,
  folder: string,
  entryPoints: readonly EntryPoint[],
  packed: readonly PackedPackage[],
  node: string = process.execPath,
): Promise<void> {
  for (const { specifier, values } of entryPoints) {
    for (const [way, [type, load]] of Object.entries(loaders)) {
      await checklist.check(`${specifier} loads by ${way} with what its declarations promise`, async () => {
        const script = `process.on('warning', (one) => { throw one; });
          ${load(specifier)}
          console.log(JSON.stringify(Object.keys(all).filter((name) => name !== 'module.exports').sort()));`;
        const names: unknown = JSON.parse(await runToSuccess(node, [type, '-e', script], { folder }));
        assert.deepEqual(names, values.toSorted());
      });
    }
  }
  for (const { name } of packed) {
    const { bin = {}, version } = JSON.parse(await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8')) as {
      readonly bin?: Readonly<Record<string, string>>;
      readonly version: string;
    };
    for (const command of Object.keys(bin)) {
      await checklist.check(`${name} brings the command ${command}, which tells its version`, async () => {
        const said = await runToSuccess(join(folder, 'node_modules/.bin', command), ['--version'], { folder });
        assert.match(said, new RegExp(`(?:^|\\s)v?${version.replaceAll('.', '\\.')}(?:\\s|$)`));
      });
    }
  }
}
