import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checklist } from './checklist.ts';
import { readExports } from './declared-exports.ts';
import type { PackedPackage } from './pack-packages.ts';

const installScripts = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'];

/** What the manifest and the files of an installed package must not hold. */
export async function checkManifests(checklist: Checklist, folder: string, packed: readonly PackedPackage[]): Promise<void> {
  for (const { name } of packed) {
    const place = join(folder, 'node_modules', name);
    const text = await readFile(join(place, 'package.json'), 'utf8');
    const manifest = JSON.parse(text) as { readonly scripts?: Readonly<Record<string, string>> };
    const files = (await readdir(place, { recursive: true })).map((path) => path.replaceAll('\\', '/'));

    const ways = Object.entries(await readExports(place));
    await checklist.check(`${name} has the files that its manifest names, declarations among them`, () => {
      const named = ways.flatMap(([path, targets]) =>
        ['types', ...Object.keys(targets)].map((key) => targets[key] ?? `${path} has no ${key}`),
      );
      assert.deepEqual(
        [...new Set(named)].filter((file) => !files.includes(file.replace('./', ''))),
        [],
      );
    });
    await checklist.check(`${name} runs nothing when it is installed`, () => {
      assert.deepEqual(
        Object.keys(manifest.scripts ?? {}).filter((script) => installScripts.includes(script)),
        [],
      );
    });
    await checklist.check(`${name} asks for versions, not for the workspace`, () => {
      assert.deepEqual(text.match(/"(?:workspace|catalog|link|file):[^"]*"/g) ?? [], []);
    });
    await checklist.check(`${name} sends nobody to its sources`, () => {
      assert.doesNotMatch(text, /ai-proxy-source/);
    });
    await checklist.check(`${name} brings its licence and its README, and nothing that was built for us`, () => {
      assert.ok(files.includes('LICENSE'), 'there is no LICENSE');
      assert.ok(files.includes('README.md'), 'there is no README.md');
      assert.deepEqual(
        files.filter((path) => /(?:^test\/|\.tsbuildinfo$|\.test\.|\.tgz$)/.test(path)),
        [],
      );
    });
  }
}
