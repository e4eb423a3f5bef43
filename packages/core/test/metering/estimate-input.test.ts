import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/index.ts';
import { estimateInput } from '../../src/metering/estimate-input.ts';

const picture = `data:image/png;base64,${'A'.repeat(1_000_000)}`;

describe('estimateInput', () => {
  // Six tokens around a conversation, four around each message, 3.5 bytes a token, a thousand tokens for what is no text.
  it.each<[string, JsonObject, number]>([
    ['a message', { messages: [{ role: 'user', content: 'seven b' }] }, 2 + 10],
    ['two messages', { messages: ['seven b', 'seven b'].map((content) => ({ role: 'user', content })) }, 4 + 14],
    ['a message in parts', { messages: [{ role: 'user', content: [{ type: 'text', text: 'seven b' }] }] }, 12],
    [
      'a picture in it',
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'seven b' },
              { type: 'image_url', image_url: { url: picture } },
            ],
          },
        ],
      },
      1012,
    ],
    ["Ollama's pictures", { messages: [{ role: 'user', content: 'seven b', images: [picture, picture] }] }, 2012],
    ['a picture beside a prompt', { prompt: 'seven b', images: ['AAAA'] }, 1002],
    [
      'what went before',
      { messages: [{ role: 'assistant', tool_calls: [{ id: 'c', function: { name: 'f', arguments: '{"a":1}' } }] }] },
      3 + 10,
    ],
    ['tools', { messages: [], tools: [{ type: 'function' }] }, 6],
    ['a prompt and what follows it', { prompt: 'seven b', suffix: 'seven b' }, 4],
    ['several prompts', { prompt: ['seven b', 'seven b'] }, 4],
    ['texts to embed', { input: ['seven b', 'x'] }, 3],
    ['tokens to embed', { input: [[1, 2, 3], [4]] }, 4],
    ['a conversation', { inputs: [{ role: 'user', content: 'seven b' }], instructions: 'seven b' }, 4],
    ['a document', { input: picture }, 1000],
    ['nothing', { model: 'm' }, 0],
  ])('reads %s', (_what, input, tokens) => {
    expect(estimateInput(input)).toEqual({ inputTokens: tokens });
  });
});
