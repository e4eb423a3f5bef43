import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultNames, startGgufSimulator } from '@ai-proxy/testing';
import { describe, expect, it } from 'vitest';
import { checkedTable, codeInColumn, root } from './documents.ts';

/** The members of an interface, as its source has them. */
function membersOf(path: string, name: string): string[] {
  const source =
    readFileSync(join(root, path), 'utf8')
      .split(new RegExp(`export interface ${name}\\b`))[1]
      ?.split('\n}')[0] ?? '';
  return [...source.matchAll(/^ {2}readonly (\w+)\??:/gm)].map((match) => match[1] ?? '');
}

/** The words of a union, as its source has them. */
function wordsOf(path: string, name: string): string[] {
  const source =
    readFileSync(join(root, path), 'utf8')
      .split(new RegExp(`export type ${name}\\b`))[1]
      ?.split(';')[0] ?? '';
  return [...source.matchAll(/^ {2}\| '([\w.-]+)'/gm)].map((match) => match[1] ?? '');
}

const contract = 'packages/testing/src/contract/contract-options.ts';

describe('docs/testing.md', () => {
  it('explains every fault, and no other', () => {
    expect(codeInColumn(checkedTable('docs/testing.md', 'faults'), 0).toSorted()).toEqual(faultNames.toSorted());
  });

  it('names every member of a simulator', async () => {
    await using simulator = await startGgufSimulator();
    const members = Object.keys(simulator).filter((name) => name !== 'model');
    const documented = codeInColumn(checkedTable('docs/testing.md', 'simulator'), 0).map((name) => name.replace(/\(.*$/, ''));
    expect(documented.toSorted()).toEqual(members.toSorted());
  });

  it('names every option of startOllamaSimulator()', () => {
    const rows = checkedTable('docs/testing.md', 'ollama simulator options');
    expect(
      codeInColumn(
        rows.map(([first = '']) => [first]),
        0,
      ),
    ).toEqual(membersOf('packages/testing/src/ollama/ollama-simulator.ts', 'OllamaSimulatorOptions'));
  });

  it('names everything that the contract of a provider is given', () => {
    expect(codeInColumn(checkedTable('docs/testing.md', 'contract options'), 0)).toEqual(membersOf(contract, 'ProviderContractOptions'));
    expect(codeInColumn(checkedTable('docs/testing.md', 'contract case'), 0)).toEqual(membersOf(contract, 'ProviderCase'));
  });

  it.each([
    ['binding abilities', 'packages/testing/src/binding/binding-under-test.ts', 'BindingAbility'],
    ['body kinds', 'packages/testing/src/binding/parsers/binding-behind-parser.ts', 'BodyKind'],
    ['kept bodies', 'packages/testing/src/binding/parsers/binding-behind-parser.ts', 'KeptBody'],
  ])('names all %s', (table, path, type) => {
    expect(
      codeInColumn(
        checkedTable('docs/testing.md', table).map(([first = '']) => [first]),
        0,
      ),
    ).toEqual(wordsOf(path, type));
  });
});
