import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOfTexts, createTextCounter, textBytes } from '../../src/index.ts';
import { outputBytes } from '../../src/metering/output-bytes.ts';

const text = fc.string({ unit: 'binary', maxLength: 200 });

describe('the bytes of a text', () => {
  it('are those of UTF-8', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(textBytes(value)).toBe(Buffer.byteLength(value));
      }),
    );
  });

  it('are the same in frames that nobody has parsed, but for characters that JSON only escapes', () => {
    // eslint-disable-next-line no-control-regex -- what JSON writes as \u…
    const plain = text.map((value) => value.replace(/[\u0000-\u001f]/g, '\n'));
    fc.assert(
      fc.property(fc.array(fc.record({ value: plain, id: text, isThought: fc.boolean() }), { maxLength: 8 }), (frames) => {
        const count = createTextCounter(['"content":"', '"thinking":"']);
        for (const { value, id, isThought } of frames) {
          const delta = isThought ? { content: '', thinking: value } : { content: value };
          expect(count(JSON.stringify({ id, delta, last: id }))).toBe(Buffer.byteLength(value));
        }
      }),
    );
  });

  it('are none where the mark is missing', () => {
    const count = createTextCounter(['"content":"']);
    expect(['{"content":null}', '', '"content":"', '{"content":"a'].map(count)).toEqual([0, 0, 0, 1]);
  });
});

describe('the bytes of an output', () => {
  const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } };
  it.each<[string, object, number]>([
    ['text of a chunk', { choices: [{ index: 0, delta: { role: 'assistant', content: 'Grüße' } }] }, 7],
    ['two choices', { choices: [{ delta: { content: 'ab' } }, { delta: { content: 'c' } }] }, 3],
    ['thoughts, told under two names', { choices: [{ delta: { reasoning: 'hm', reasoning_content: 'hm' } }] }, 2],
    ['thoughts under one', { choices: [{ delta: { reasoning: 'hm' } }] }, 2],
    ['calls', { choices: [{ message: { content: null, tool_calls: [call] } }] }, 8],
    ['an older completion', { choices: [{ text: 'abc' }] }, 3],
    ['a refusal', { choices: [{ message: { content: null, refusal: 'no' } }] }, 2],
    ['no output', { choices: [], usage: {} }, 0],
    ['an embedding', { data: [{ embedding: [1, 2] }] }, 0],
  ])('of %s', (_what, output, bytes) => {
    expect(outputBytes(output as Parameters<typeof outputBytes>[0])).toBe(bytes);
  });

  it.each<[string, unknown, number]>([
    [
      'a chat of Ollama',
      { message: { role: 'assistant', content: 'ab', tool_calls: [{ function: { name: 'f', arguments: { a: 1 } } }] } },
      10,
    ],
    ['a conversation', { outputs: [{ type: 'message.output', content: [{ type: 'text', text: 'ab' }] }] }, 2],
    ['an embedding', { embeddings: [[1, 2]], model: 'm' }, 0],
    ['no object', 'text', 0],
  ])('of %s, in its own dialect', (_what, body, bytes) => {
    expect(bytesOfTexts(body)).toBe(bytes);
  });
});
