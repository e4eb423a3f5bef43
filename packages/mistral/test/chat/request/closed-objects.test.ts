import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ProxyError } from '@ai-proxy/core';
import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { providerCall } from '../../provider-call.ts';
import { sendChat } from '../chat-body.ts';
import { breach, chatSchema } from './closed-schema.ts';

const full: JsonObject = {
  model: 'alias',
  temperature: 0.5,
  stop: ['x'],
  seed: 1,
  metadata: { own: 1 },
  response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } },
  prediction: { type: 'content', content: [{ type: 'text', text: 'a' }] },
  guardrails: [{ block_on_error: true }],
  tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
  tool_choice: { type: 'function', function: { name: 'f' } },
  stream_options: { include_usage: true },
  messages: [
    { role: 'developer', content: [{ type: 'text', text: 's' }] },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'u' },
        { type: 'image_url', image_url: { url: 'https://a/b.png', detail: 'low' } },
        { type: 'input_audio', input_audio: { data: 'AA', format: 'wav' } },
        { type: 'file', file: { file_data: 'data:,', filename: 'f' } },
        { type: 'file', file: { file_id: 'i' } },
        { type: 'document_url', document_url: 'https://a/b.pdf' },
      ],
    },
    {
      role: 'assistant',
      content: [
        {
          type: 'thinking',
          thinking: [
            { type: 'text', text: 't' },
            { type: 'tool_reference', tool: 'w', title: 't' },
          ],
        },
        { type: 'text', text: 'a' },
      ],
      reasoning_content: 'r',
      tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: 'call_1', content: 'r' },
    { role: 'assistant', content: null, function_call: { name: 'g', arguments: '{}' } },
    { role: 'function', name: 'g', content: 'r' },
  ],
};

const unknownKey = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', 'cache_control', 'name', 'index', 'refusal', 'audio', 'detail', 'strict', 'file'),
  fc.string({ minLength: 1, maxLength: 8 }),
);

/** Adds foreign keys to objects anywhere in a value, as JSON would bring them: never over a key that is there. */
function withJunk(value: JsonValue, additions: Iterator<readonly [string, JsonValue, boolean]>): JsonValue {
  if (Array.isArray(value)) return value.map((entry) => withJunk(entry, additions));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, entry]) => [key, withJunk(entry ?? null, additions)] as const);
  const next = additions.next();
  if (next.done !== true && next.value[2] && !Object.hasOwn(value, next.value[0])) entries.push([next.value[0], next.value[1]]);
  return Object.fromEntries(entries);
}

describe('closed objects', () => {
  it('accept the full request, which proves the schema of this test', () => {
    expect(breach(sendChat(full).body, chatSchema)).toBe(undefined);
  });

  it('never send up an unknown key, whatever is added at any level', () => {
    // More additions than the request has objects, so that the outermost, which is asked last, gets its share; few of them are made.
    const isMade = fc.nat(9).map((draw) => draw === 0);
    const additions = fc.array(fc.tuple(unknownKey, fc.jsonValue() as fc.Arbitrary<JsonValue>, isMade), { minLength: 60, maxLength: 60 });
    let sent = 0;
    fc.assert(
      fc.property(additions, (junk) => {
        const input = withJunk(full, junk[Symbol.iterator]()) as JsonObject;
        try {
          const { body } = sendChat(input, {}, providerCall());
          sent += 1;
          expect(breach(body, chatSchema)).toBe(undefined);
        } catch (error) {
          // A foreign key that happens to be a known one may be wrong there; that is refused, not sent.
          if (!(error instanceof ProxyError)) throw error;
          expect(error.status).toBe(400);
        }
      }),
      { numRuns: 300 },
    );
    expect(sent).toBeGreaterThan(100);
  });

  it('report every key that is left out', () => {
    const result = sendChat({ ...full, extra: 1, messages: [{ role: 'user', content: 'u', extra: 1 }] });
    expect(result.dropped).toEqual(['messages[0].extra', 'extra']);
  });
});
