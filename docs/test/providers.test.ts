import { mistral, openaiCompatible } from '@ai-proxy/mistral';
import { ollama } from '@ai-proxy/ollama';
import { describe, expect, it, vi } from 'vitest';
import { repairNames } from '../../packages/mistral/src/chat/request/message-order.ts';
import { checkedTable, codeIn, codeInColumn } from './documents.ts';

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

  it('names every option of ollama()', () => {
    const known = knownOptions((options) => ollama(options));
    expect(codeInColumn(checkedTable('docs/providers.md', 'ollama options'), 0)).toEqual(known);
  });

  it.each(checkedTable('docs/providers.md', 'ollama host').map((row) => [codeIn(row[0])[0] ?? '', codeIn(row[1])[0] ?? ''] as const))(
    'says where OLLAMA_HOST=%s leads: %s',
    (given, address) => {
      vi.stubEnv('OLLAMA_HOST', given);
      const { baseURL } = ollama();
      expect(typeof baseURL === 'function' ? baseURL('chat') : baseURL).toBe(address);
      vi.unstubAllEnvs();
    },
  );

  it('names every option of openaiCompatible()', () => {
    const known = knownOptions((options) => openaiCompatible({ name: 'local', baseURL: 'http://127.0.0.1:8080', ...options }));
    expect(codeInColumn(checkedTable('docs/providers.md', 'compatible options'), 0)).toEqual(known);
  });

  it('names every repair', () => {
    expect(codeInColumn(checkedTable('docs/providers.md', 'repairs'), 0)).toEqual(repairNames);
  });
});
