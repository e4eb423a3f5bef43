import { stageOrder } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import { checkedTable, codeInColumn } from './documents.ts';

describe('docs/policies.md', () => {
  it('has the stages in their order', () => {
    expect(codeInColumn(checkedTable('docs/policies.md', 'stages'), 0)).toEqual(stageOrder);
  });
});
