import { describe, expect, it } from 'vitest';
import { toMountSettings } from '../../packages/next/src/mount-options.ts';
import { checkedTable, codeInColumn } from './documents.ts';

describe('docs/next.md', () => {
  it('names every option of a mount', () => {
    const { writing, ...others } = toMountSettings({});
    const names = [...Object.keys(others), ...Object.keys(writing).map((name) => `writing.${name}`)];
    expect(codeInColumn(checkedTable('docs/next.md', 'next mount options'), 0).toSorted()).toEqual(names.toSorted());
  });
});
