import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checklist } from './checklist.ts';
import { compile, compilers } from './check-types.ts';
import { runToSuccess } from './run-process.ts';

/** Options as somebody may mistype them, and what was meant. */
const misspelt: readonly (readonly [call: string, meant: string])[] = [
  ['aiProxy({ provders: [] })', 'providers'],
  ["aiProxy({ prefx: '/ai' })", 'prefix'],
  ["mistral({ apikey: 'a' })", 'apiKey'],
  ["ollama({ baseUrl: 'http://localhost' })", 'baseURL'],
];

const imports = `import { aiProxy } from '@ai-proxy/express';
import { mistral } from '@ai-proxy/mistral';
import { ollama } from '@ai-proxy/ollama';`;

/** A mistyped option is an error where it is written, and one where it is run by somebody without types; both name the option that was meant. */
export async function checkMisspeltOptions(checklist: Checklist, folder: string): Promise<void> {
  await mkdir(join(folder, 'misspelt'), { recursive: true });
  await Promise.all(
    misspelt.map(([call], index) =>
      writeFile(join(folder, 'misspelt', `${index}.ts`), `${imports}\nexport const made = [aiProxy, mistral, ollama];\n${call};\n`),
    ),
  );
  const line = imports.split('\n').length + 2;
  for (const compiler of Object.keys(compilers)) {
    const files = misspelt.map((_, index) => `misspelt/${index}.ts`);
    const complaints = await compile(folder, compiler, { module: 'nodenext', moduleResolution: 'nodenext' }, files);
    for (const [index, [call, meant]] of misspelt.entries()) {
      await checklist.check(`${call} does not compile, and ${meant} is proposed: ${compiler}`, () => {
        const found = complaints.filter(({ file }) => file === `misspelt/${index}.ts`);
        assert.deepEqual(
          found.map((one) => one.line),
          [line],
        );
        assert.match(found[0]?.text ?? '', new RegExp(`'${meant}'`));
      });
    }
  }
  for (const [call, meant] of misspelt) {
    await checklist.check(`${call} throws a TypeError that names ${meant}`, async () => {
      const script = `${imports}\ntry { ${call}; } catch (error) { console.log(JSON.stringify({ name: error.name, message: error.message })); }`;
      const { name, message } = JSON.parse(await runToSuccess(process.execPath, ['--input-type=module', '-e', script], { folder })) as {
        readonly name: string;
        readonly message: string;
      };
      assert.equal(name, 'TypeError');
      assert.match(message, new RegExp(`\\b${meant}\\b`));
    });
  }
}
