import { faultNames, startGgufSimulator } from '@ai-proxy/testing';
import { describe, expect, it } from 'vitest';
import { checkedTable, codeInColumn } from './documents.ts';

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
});
