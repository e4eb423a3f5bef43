import { mistral, openaiCompatible } from '@ai-proxy/mistral';
import { describe, expect, it } from 'vitest';
import { repairNames } from '../../packages/mistral/src/chat/request/message-order.ts';
import { checkedTable, codeInColumn } from './documents.ts';

/** A misspelt option is answered with all that there are. */
function knownOptions(make: (options: object) => unknown): string[] {
  try {
    make({ zzzzzzzzzzzzzzzzzzzzzzzzzzzz: 1 });
  } catch (error) {
    return /known options are (.+)$/.exec(String(error))?.[1]?.split(', ') ?? [];
  }
  return [];
}

describe('docs/providers.md', () => {
  it('names every option of mistral()', () => {
    const known = knownOptions((options) => mistral(options));
    expect(codeInColumn(checkedTable('docs/providers.md', 'mistral options'), 0)).toEqual(known);
  });

  it('names every option of openaiCompatible()', () => {
    const known = knownOptions((options) => openaiCompatible({ name: 'local', baseURL: 'http://127.0.0.1:8080', ...options }));
    expect(codeInColumn(checkedTable('docs/providers.md', 'compatible options'), 0)).toEqual(known);
  });

  it('names every repair', () => {
    expect(codeInColumn(checkedTable('docs/providers.md', 'repairs'), 0)).toEqual(repairNames);
  });
});
