import { readFileSync, readdirSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { StreamDecoder } from '@ai-proxy/core';
import { mistral, openaiCompatible } from '../../src/index.ts';
import { decodeStream, slicesAt } from '../decode-stream.ts';
import type { DecodedStream } from '../decode-stream.ts';
import { providerCall } from '../provider-call.ts';

const folder = new URL('../golden/', import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.sse'))
  .map((file) => file.slice(0, -'.sse'.length));

const baseURL = 'http://127.0.0.1:8080';

/** The decoder that a recording is for, by the first words of its name. */
function decoderFor(name: string): StreamDecoder {
  const provider = name.startsWith('llama-cpp-python')
    ? openaiCompatible({ name: 'python', baseURL, dialect: 'llama-cpp-python' })
    : name.startsWith('llama-server')
      ? openaiCompatible({ name: 'gguf', baseURL })
      : mistral();
  const decoder = provider.operations.chat?.stream?.createDecoder(providerCall({ stream: true }));
  if (decoder === undefined) throw new Error('the provider cannot stream chat');
  return decoder;
}

const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`${name}.sse`, folder)));
const expectedOf = (name: string): DecodedStream => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as DecodedStream;

describe.each(names)('the recorded stream %s', (name) => {
  it('gives the chunks that clients rely on when it arrives whole', () => {
    expect(decodeStream(decoderFor(name), [bytesOf(name)])).toEqual(expectedOf(name));
  });

  it('gives the same event by event', () => {
    const events = new TextDecoder().decode(bytesOf(name)).split(/(?<=\n\n|\r\n\r\n)/);
    const slices = events.map((event) => new TextEncoder().encode(event));
    expect(decodeStream(decoderFor(name), slices)).toEqual(expectedOf(name));
  });

  it('gives the same byte by byte', () => {
    const slices = Array.from(bytesOf(name), (byte) => new Uint8Array([byte]));
    expect(decodeStream(decoderFor(name), slices)).toEqual(expectedOf(name));
  });

  it('gives the same in any slices', () => {
    const bytes = bytesOf(name);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 40 }), (cuts) => {
        expect(decodeStream(decoderFor(name), slicesAt(bytes, cuts))).toEqual(expectedOf(name));
      }),
      { numRuns: 40 },
    );
  });
});
