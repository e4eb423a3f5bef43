import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CanonicalOperation } from '@ai-proxy/core';
import { readPlainLine } from '../../src/chat/stream/plain-line.ts';
import { ollama } from '../../src/index.ts';
import { decodeStream } from '../decode-stream.ts';
import { providerCall } from '../provider-call.ts';

const time = '2026-03-14T20:15:07.005406455Z';

/** One line of each API of Ollama's. */
const lines = {
  chat: (content: string) => ({ model: 'm', created_at: time, message: { role: 'assistant', content }, done: false }),
  fim: (response: string) => ({ model: 'm', created_at: time, response, done: false }),
} satisfies Partial<Record<CanonicalOperation, (text: string) => object>>;

const operations = ['chat', 'fim'] as const;

function decode(operation: (typeof operations)[number], texts: readonly string[], write: (line: object) => string): unknown {
  const decoder = ollama().operations[operation]?.stream?.createDecoder(providerCall({ operation, stream: true }));
  if (decoder === undefined) throw new Error(`the provider cannot stream ${operation}`);
  const end = { model: 'm', created_at: time, done: true, done_reason: 'stop' };
  const body = [...texts.map((text) => lines[operation](text)), end].map((line) => `${write(line)}\n`).join('');
  return decodeStream(decoder, [new TextEncoder().encode(body)]);
}

/** JSON on one line that no plain line looks like. */
const spaced = (line: object): string => JSON.stringify(line).replace('{', '{ ');

describe('a line that brings only text', () => {
  it.each(operations)('is read as every other line of %s, whatever its text is', (operation) => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.json()), { maxLength: 8 }), (texts) => {
        expect(decode(operation, texts, JSON.stringify)).toEqual(decode(operation, texts, spaced));
      }),
    );
  });

  it.each([
    ['a word', JSON.stringify(lines.chat('Hello, ')), 'Hello, '],
    ['a word of the other API', JSON.stringify(lines.fim('Hello, ')), 'Hello, '],
    ['what is no ASCII', JSON.stringify(lines.chat('Grüße 🚂')), 'Grüße 🚂'],
    ['nothing', JSON.stringify(lines.chat('')), undefined],
    ['an escape', JSON.stringify(lines.chat('a"b')), undefined],
    ['a bare control character', JSON.stringify(lines.chat('a-b')).replace('-', '\t'), undefined],
    ['the last line', JSON.stringify({ ...lines.chat('a'), done: true }), undefined],
    ['thinking', JSON.stringify({ ...lines.chat('a'), message: { role: 'assistant', content: 'a', thinking: 'b' } }), undefined],
    ['a text that closes the line', JSON.stringify(lines.chat('"},"done":false}')), undefined],
    ['half a line', JSON.stringify(lines.chat('a')).slice(0, -1), undefined],
  ])('is told from others: %s', (_what, line, text) => {
    expect(readPlainLine(line)).toBe(text);
  });
});
