import { readFileSync, readdirSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { CanonicalOperation, JsonObject, StreamDecoder } from '@ai-proxy/core';
import { ollama } from '../../src/index.ts';
import { decodeStream, slicesAt } from '../decode-stream.ts';
import type { DecodedStream } from '../decode-stream.ts';
import { providerCall } from '../provider-call.ts';

const folder = new URL('../golden/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.ndjson'));

/** Each recording of `/api/generate` is read twice: as fill-in-the-middle and as an older completion. */
const recordings: readonly (readonly [operation: CanonicalOperation, file: string])[] = files.flatMap((file) =>
  (file.startsWith('generate') ? (['fim', 'completions'] as const) : (['chat'] as const)).map((operation) => [operation, file] as const),
);

function decoderFor(operation: CanonicalOperation): StreamDecoder {
  const decoder = ollama().operations[operation]?.stream?.createDecoder(providerCall({ operation, stream: true }));
  if (decoder === undefined) throw new Error(`the provider cannot stream ${operation}`);
  return decoder;
}

const bytesOf = (file: string): Uint8Array => new Uint8Array(readFileSync(new URL(file, folder)));
const expectedOf = (operation: CanonicalOperation, file: string): DecodedStream =>
  JSON.parse(readFileSync(new URL(`${file.slice(0, -'.ndjson'.length)}.${operation}.json`, folder), 'utf8')) as DecodedStream;

/** Whether a text has the line of the end, and no report of a failure before it. */
function hasEnd(text: string): boolean {
  for (const line of text.split('\n')) {
    try {
      const value = JSON.parse(line) as JsonObject;
      if (value['error'] !== undefined) return false;
      if (value['done'] === true) return true;
    } catch {
      // Garbage, or a line that was cut.
    }
  }
  return false;
}

describe.each(recordings)('as %s the recorded stream %s', (operation, file) => {
  it('gives the chunks that clients rely on when it arrives whole', () => {
    expect(decodeStream(decoderFor(operation), [bytesOf(file)])).toEqual(expectedOf(operation, file));
  });

  it('gives the same line by line', () => {
    const slices = new TextDecoder()
      .decode(bytesOf(file))
      .split(/(?<=\n)/)
      .map((line) => new TextEncoder().encode(line));
    expect(decodeStream(decoderFor(operation), slices)).toEqual(expectedOf(operation, file));
  });

  it('gives the same byte by byte', () => {
    const slices = Array.from(bytesOf(file), (byte) => new Uint8Array([byte]));
    expect(decodeStream(decoderFor(operation), slices)).toEqual(expectedOf(operation, file));
  });

  it('gives the same in any slices', () => {
    const bytes = bytesOf(file);
    const expected = expectedOf(operation, file);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 40 }), (cuts) => {
        expect(decodeStream(decoderFor(operation), slicesAt(bytes, cuts))).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  it('gives a beginning of the same, and is whole exactly when the line of the end is, wherever it is cut', () => {
    const bytes = bytesOf(file);
    const chunks = expectedOf(operation, file).chunks.map((chunk) => JSON.stringify(chunk));
    const wrong = Array.from({ length: bytes.length + 1 }, (_, length) => length).filter((length) => {
      const prefix = bytes.slice(0, length);
      const cut = decodeStream(decoderFor(operation), [prefix]);
      const isBeginning = cut.chunks.every((chunk, at) => JSON.stringify(chunk) === chunks[at]);
      return !isBeginning || cut.complete !== hasEnd(new TextDecoder().decode(prefix));
    });
    expect(wrong).toEqual([]);
  });

  it('says everything in the order of OpenAI: the role first and once, the finish alone, the usage last and alone', () => {
    const { chunks, complete } = expectedOf(operation, file);
    if (!complete || operation === 'completions') return;
    const choices = chunks.map((chunk) => (chunk['choices'] as JsonObject[])[0]);
    const roles = choices.map((choice) => (choice?.['delta'] as JsonObject | undefined)?.['role']);
    expect(roles).toEqual(['assistant', ...choices.slice(1).map(() => undefined)]);
    expect(choices.map((choice) => choice?.['finish_reason'] ?? null).filter((reason) => reason !== null)).toHaveLength(1);
    expect(choices.at(-2)?.['delta']).toEqual({});
    expect(typeof choices.at(-2)?.['finish_reason']).toBe('string');
    expect(choices.at(-1)).toBe(undefined);
    expect(chunks.map((chunk) => chunk['usage'] !== undefined)).toEqual(chunks.map((_, at) => at === chunks.length - 1));
    expect(new Set(chunks.map(({ id, created, model }) => JSON.stringify([id, created, model]))).size).toBe(1);
  });
});
