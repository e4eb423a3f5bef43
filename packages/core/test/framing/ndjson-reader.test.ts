import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createNdjsonReader } from '../../src/framing/ndjson-reader.ts';
import { anyCuts, cutAt, cutEvery, readAll } from './slices.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('an NDJSON reader', () => {
  it('gives the lines of a chunk as soon as they are whole', () => {
    const reader = createNdjsonReader({ maxFrameBytes: 1000 });
    expect(reader.push(bytesOf('{"a":1}\n{"b"'))).toEqual({ frames: [{ kind: 'event', data: '{"a":1}' }], bytes: bytesOf('{"a":1}\n') });
    expect(reader.push(bytesOf(':2}'))).toBe(undefined);
    expect(reader.push(bytesOf('\n'))).toEqual({ frames: [{ kind: 'event', data: '{"b":2}' }], bytes: bytesOf('{"b":2}\n') });
    expect(reader.end()).toEqual({ dangling: false });
  });

  it('gives the bytes of blank lines', () => {
    expect(createNdjsonReader({ maxFrameBytes: 1000 }).push(bytesOf('\r\n'))).toEqual({ frames: [], bytes: bytesOf('\r\n') });
  });

  it('reads a line of 16 MiB in pieces of 64 KiB, and one of 256 KiB byte by byte', () => {
    for (const [length, size] of [
      [16 << 20, 64 << 10],
      [256 << 10, 1],
    ] as const) {
      const wire = bytesOf(`"${'z'.repeat(length - 3)}"\n`);
      const reading = readAll(createNdjsonReader({ maxFrameBytes: length }), cutEvery(wire, size));
      expect(reading.frames.length).toBe(1);
      expect(reading.bytes.equals(wire)).toBe(true);
    }
  });

  it('stops a line without end at its bound', () => {
    const reader = createNdjsonReader({ maxFrameBytes: 10 });
    reader.push(bytesOf('0123456789'));
    expect(() => reader.push(bytesOf('x'))).toThrow('longer than 10 bytes');
  });

  it('reads whatever values were written, in any slices, with or without a last line end', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 8 }),
        anyCuts(200),
        fc.boolean(),
        (texts, places, ended) => {
          const lines = texts.map((text) => JSON.stringify({ text }));
          const wire = bytesOf(lines.join('\n') + (ended ? '\n' : ''));
          const reading = readAll(createNdjsonReader({ maxFrameBytes: 1 << 16 }), cutAt(wire, places));
          expect(reading.frames).toEqual(lines.map((data) => ({ kind: 'event', data })));
          expect(reading.bytes.equals(wire)).toBe(true);
          expect(reading.dangling).toBe(false);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('gives the same frames for any bytes in any slices', () => {
    const wire = fc
      .array(fc.constantFrom('{"a":1}', '\n', '\r\n', '\r', ' ', '1', '"é"', '🦊', '\uFEFF', '\u2028'), { maxLength: 30 })
      .map((parts) => bytesOf(parts.join('')));
    fc.assert(
      fc.property(wire, anyCuts(80), (bytes, places) => {
        const whole = readAll(createNdjsonReader({ maxFrameBytes: 1 << 16 }), [bytes]);
        expect(readAll(createNdjsonReader({ maxFrameBytes: 1 << 16 }), cutAt(bytes, places))).toEqual(whole);
      }),
      { numRuns: 2000 },
    );
  });
});
