import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, pages, root } from './documents.ts';
import type { Block } from './documents.ts';

/** Below the root's `node_modules`, so that packages are found as an application finds them, and nobody formats, lints or commits it. */
const folder = join(root, 'node_modules/.docs-blocks');

const blocks = pages.flatMap(blocksOf).filter(({ language }) => language === 'ts');
const fileOf = (index: number): string => `block-${index}.ts`;

/** What the compiler says of each block, with the line of the page. */
async function check(sources: readonly Block[], name: string): Promise<string[]> {
  const place = join(folder, name);
  await mkdir(place, { recursive: true });
  const config = {
    extends: join(root, 'tsconfig.check.json'),
    compilerOptions: { allowImportingTsExtensions: true, typeRoots: [join(root, 'node_modules/@types')] },
    files: sources.map((_, index) => fileOf(index)),
    include: [],
    exclude: [],
  };
  await writeFile(join(place, 'tsconfig.json'), JSON.stringify(config));
  await Promise.all(sources.map(({ setup, code }, index) => writeFile(join(place, fileOf(index)), `${setup}\n${code}\nexport {};\n`)));
  // The packages' own sources are in the program too; they are judged elsewhere.
  const complaints = (await compile(place)).filter((line) => !/^\S*packages\//.test(line));
  return complaints.map((complaint) =>
    complaint.replace(/^.*?block-(\d+)\.ts\((\d+),\d+\)/, (_match, index: string, line: string) => {
      const block = sources[Number(index)];
      if (block === undefined) return complaint;
      return `${block.path}:${block.line + Number(line) - 1 - block.setup.split('\n').length}`;
    }),
  );
}

function compile(place: string): Promise<string[]> {
  return new Promise((resolve) => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    execFile(process.execPath, [tsc, '-p', place, '--pretty', 'false'], { cwd: place }, (_, stdout, stderr) => {
      resolve(`${stdout}${stderr}`.split('\n').filter((line) => line !== '' && !line.startsWith(' ')));
    });
  });
}

describe('the TypeScript of the pages', () => {
  beforeAll(() => rm(folder, { recursive: true, force: true }));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('compiles, block by block, in one program', { timeout: 180_000 }, async () => {
    expect(blocks.length).toBeGreaterThan(20);
    expect(await check(blocks, 'pages')).toEqual([]);
  });

  it('is found wrong where it is wrong, with the line of its page', { timeout: 180_000 }, async () => {
    const wrong: Block = {
      path: 'a.md',
      language: 'ts',
      setup: "import { createProxy } from '@ai-proxy/core';",
      code: 'createProxy({\n  provider: 1,\n});',
      line: 11,
    };
    const complaints = await check([wrong], 'wrong');
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toMatch(/^a\.md:12: error TS2561: .*'provider'/);
  });
});
