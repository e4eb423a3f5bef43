import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkedTable, codeInColumn, root } from './documents.ts';

/** The members of the interface, as its source has them. */
function membersOfInit(): string[] {
  const source = readFileSync(join(root, 'packages/core/src/proxy/fetch-door.ts'), 'utf8');
  const body = source.split('export interface FetchDoorInit ')[1]?.split('\n}')[0] ?? '';
  return [...body.matchAll(/^ {2}readonly (\w+)\?:/gm)].map((match) => match[1] ?? '');
}

describe('docs/fetch.md', () => {
  it('names everything that a server may say beside what fetch takes', () => {
    const rows = checkedTable('docs/fetch.md', 'fetch init').map(([first = '']) => [first]);
    expect(membersOfInit()).toContain('prefix');
    expect(codeInColumn(rows, 0).toSorted()).toEqual(membersOfInit().toSorted());
  });
});
