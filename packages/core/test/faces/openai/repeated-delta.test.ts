import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOpenaiEncoder } from '../../../src/faces/openai/create-encoder.ts';
import { makeCall } from './make-call.ts';

const head = { id: 'chatcmpl-"content":"x', object: 'chat.completion.chunk', created: 1, model: 'm "content":' };
const said = (index: number, content: string, more: object = {}): object => ({
  ...head,
  choices: [{ index, delta: { content }, finish_reason: null, ...more }],
});

const dataOf = (event: string): unknown => JSON.parse(event.replace(/^data: /, ''));

describe('the events of a stream that differ in their text alone', () => {
  it.each([false, true])('say what their chunks say, with usage asked for: %s', (usageAsked) => {
    const more = fc.oneof(
      { weight: 5, arbitrary: fc.constant({}) },
      fc.constant({ logprobs: null }),
      fc.constant({ finish_reason: 'stop' }),
    );
    const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constant('"content":"a"'));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1), text, more), { maxLength: 12 }), (parts) => {
        const call = makeCall('chat', usageAsked ? { stream_options: { include_usage: true } } : {});
        const encoder = createOpenaiEncoder(call, () => 1);
        for (const index of [0, 1]) encoder.chunk(said(index, '', { delta: { role: 'assistant', content: '' } }));
        for (const [index, content, fields] of parts) {
          const chunk = said(index, content, fields);
          expect(dataOf(encoder.chunk(chunk))).toEqual(usageAsked ? { ...chunk, usage: null } : chunk);
        }
      }),
    );
  });

  it('keep every field that one of them has more than the others', () => {
    const encoder = createOpenaiEncoder(makeCall('chat'), () => 1);
    encoder.chunk(said(0, '', { delta: { role: 'assistant', content: '' } }));
    const chunks = [
      said(0, 'a'),
      { ...said(0, 'b'), service_tier: 'default' },
      said(0, 'c', { delta: { content: 'c', reasoning_content: 'why' } }),
      said(0, 'd', { logprobs: { content: [] } }),
      said(0, 'e'),
    ];
    expect(chunks.map((chunk) => dataOf(encoder.chunk(chunk)))).toEqual(chunks);
  });

  it('have one head, also where a provider changes its own', () => {
    const encoder = createOpenaiEncoder(makeCall('chat'), () => 1);
    encoder.chunk(said(0, '', { delta: { role: 'assistant', content: '' } }));
    encoder.chunk(said(0, 'a'));
    expect(dataOf(encoder.chunk({ ...said(0, 'b'), id: 'another' }))).toEqual(said(0, 'b'));
  });
});
