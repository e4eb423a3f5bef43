import { describe, expect, it } from 'vitest';

import { ollama } from '../../src/index.ts';

const { models } = ollama();

describe('the listing', () => {
  it('is read from /api/tags', () => {
    expect(models?.path).toBe('/api/tags');
  });

  it.each([
    [
      {
        name: 'llama3.2:latest',
        model: 'llama3.2:latest',
        modified_at: '2024-05-01T12:00:01.123456789+02:00',
        size: 1,
        digest: 'd',
        details: { context_length: 4096 },
      },
      { id: 'llama3.2:latest', created: 1714557601, ownedBy: 'library', contextLength: 4096, aliases: ['llama3.2'] },
    ],
    [
      { name: 'qwen3:8b', capabilities: ['completion', 'tools', 'thinking', 'new'] },
      { id: 'qwen3:8b', ownedBy: 'library', capabilities: new Set(['chat', 'completions', 'tools', 'reasoning']) },
    ],
    [
      { model: 'someone/coder:7b', capabilities: ['completion', 'insert', 'vision', 'audio'] },
      { id: 'someone/coder:7b', ownedBy: 'someone', capabilities: new Set(['chat', 'completions', 'fim', 'vision', 'audio']) },
    ],
    [
      { model: 'hf.co/bartowski/L-GGUF:Q4', capabilities: [] },
      { id: 'hf.co/bartowski/L-GGUF:Q4', ownedBy: 'bartowski' },
    ],
    [
      { model: 'nomic-embed-text:v1', capabilities: ['embedding'] },
      { id: 'nomic-embed-text:v1', ownedBy: 'library', capabilities: new Set(['embeddings']) },
    ],
    [
      { model: 'painter:v1', capabilities: ['image'] },
      { id: 'painter:v1', ownedBy: 'library', capabilities: new Set() },
    ],
  ])('reads %j', (entry, expected) => {
    expect(models?.read({ models: [entry] })).toEqual([expected]);
  });

  it.each([[{ models: null }], [{ models: [] }], [{}], ['text'], [{ models: [{}, 'x', { name: '' }] }]])('is empty for %j', (body) => {
    expect(models?.read(body)).toEqual([]);
  });
});
