import { execFile } from 'node:child_process';
import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, pageAt, root } from '../../../docs/test/documents.ts';
import type { Block } from '../../../docs/test/documents.ts';

/** Where Nest is found, and the example's own files beside each block; nobody formats, lints or commits it. */
const folder = join(import.meta.dirname, '../node_modules/.guide-blocks');

const blocks = blocksOf(pageAt('docs/nest.md')).filter(({ language }) => language === 'typescript');

/** What the compiler says of each block, with the line of the page. */
async function check(sources: readonly Block[]): Promise<string[]> {
  const files = sources.map((_, index) => `block-${index}.ts`);
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../tsconfig.json',
      compilerOptions: { typeRoots: [join(root, 'node_modules/@types')] },
      files,
      include: [],
    }),
  );
  await Promise.all(sources.map(({ code }, index) => writeFile(join(folder, files[index] ?? ''), `${code}\nexport {};\n`)));
  const complaints = (await compile()).filter((line) => !/^\S*packages\//.test(line));
  return complaints.map((complaint) =>
    complaint.replace(/^.*?block-(\d+)\.ts\((\d+),\d+\)/, (_match, index: string, line: string) => {
      const block = sources[Number(index)];
      return block === undefined ? complaint : `${block.path}:${block.line + Number(line) - 1}`;
    }),
  );
}

function compile(): Promise<string[]> {
  return new Promise((resolve) => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    execFile(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], { cwd: folder }, (_, stdout, stderr) => {
      resolve(`${stdout}${stderr}`.split('\n').filter((line) => line !== '' && !line.startsWith(' ')));
    });
  });
}

describe('the TypeScript of docs/nest.md', () => {
  beforeAll(() => cp(join(import.meta.dirname, '../src'), folder, { recursive: true }));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('compiles with its decorators, and is found wrong where it is wrong', { timeout: 180_000 }, async () => {
    expect(blocks.length).toBeGreaterThan(4);
    expect(await check(blocks)).toEqual([]);
    const wrong: Block = {
      path: 'a.md',
      language: 'typescript',
      setup: '',
      code: "import { Get } from '@nestjs/common';\n@Get()\nclass A {}",
      line: 7,
    };
    expect((await check([wrong]))[0]).toMatch(/^a\.md:8: error TS/);
  });
});
