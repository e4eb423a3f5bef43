import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { eventBoundary } from '../../src/framing/event-boundary.ts';
import { createFrameSplitter } from '../../src/framing/frame-splitter.ts';
import type { Boundary } from '../../src/framing/frame-splitter.ts';
import { lineBoundary } from '../../src/framing/line-boundary.ts';
import { ProxyError } from '../../src/errors/proxy-error.ts';
import { anyCuts, cutAt, cutEvery } from './slices.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The plain and slow reading of the rule: line ends are CRLF, LF or CR, and a frame ends at a line end that follows another. */
function slowLastEnd(text: string): number {
  let last = 0;
  let lineEmpty = true;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character !== '\r' && character !== '\n') {
      lineEmpty = false;
      continue;
    }
    if (character === '\r' && text[at + 1] === '\n') at++;
    if (lineEmpty) last = at + 1;
    lineEmpty = true;
  }
  return last;
}

describe('the event boundary', () => {
  it.each([
    ['a\n\n', 3],
    ['a\r\r', 3],
    ['a\n\r', 3],
    ['a\r\n\r', 4],
    ['a\r\n\r\n', 5],
    ['a\r\n\n', 4],
    ['a\r\r\n', 4],
    ['a\n\r\nb', 4],
    ['a\n\nb\n', 3],
    ['a\n', 0],
    ['a\r\n', 0],
    ['a\r', 0],
    ['a\r\nb\r\n', 0],
    ['a\nb\rc\r\nd', 0],
    ['', 0],
    ['a\n\nb\n\nc', 6],
  ])('%j ends its last event at %i', (text, end) => {
    expect(eventBoundary.last(bytesOf(text), 0x0a, true)).toBe(end);
  });

  it('agrees with the plain reading of the rule', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '\n', '\r', ':'), maxLength: 24 }), (text) => {
        expect(eventBoundary.last(bytesOf(text), 0x0a, true)).toBe(slowLastEnd(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('sees a blank line whose halves are in two chunks', () => {
    expect(eventBoundary.last(bytesOf('\nb'), 0x0a, false)).toBe(1);
    expect(eventBoundary.last(bytesOf('\r\nb'), 0x0a, false)).toBe(2);
    expect(eventBoundary.last(bytesOf('\rb'), 0x0d, false)).toBe(1);
    expect(eventBoundary.last(bytesOf('\nb'), 0x0d, false)).toBe(0);
  });

  it('takes the second half of a CRLF that ended the last event for bytes of their own', () => {
    expect(eventBoundary.last(bytesOf('\nb'), 0x0d, true)).toBe(1);
  });
});

describe('a frame splitter', () => {
  it('gives a chunk that ends with its event back as it is', () => {
    const chunk = bytesOf('data: 1\n\ndata: 2\n\n');
    expect(createFrameSplitter(eventBoundary, 100).push(chunk)).toBe(chunk);
  });

  it('shares the memory of a chunk whose tail waits', () => {
    const chunk = bytesOf('data: 1\n\nda');
    expect(createFrameSplitter(eventBoundary, 100).push(chunk)?.buffer).toBe(chunk.buffer);
  });

  it('keeps a copy of a short rest, so that a reused buffer changes nothing', () => {
    const splitter = createFrameSplitter(lineBoundary, 100);
    const chunk = bytesOf('one\ntw');
    splitter.push(chunk);
    chunk.fill(0);
    expect(splitter.push(bytesOf('o\n'))).toEqual(bytesOf('two\n'));
  });

  it('passes over empty chunks', () => {
    const splitter = createFrameSplitter(lineBoundary, 100);
    expect(splitter.push(new Uint8Array(0))).toBe(undefined);
    splitter.push(bytesOf('a'));
    expect(splitter.push(new Uint8Array(0))).toBe(undefined);
    expect(splitter.push(bytesOf('\n'))).toEqual(bytesOf('a\n'));
  });

  it('searches each byte once, however small the chunks are', () => {
    let searched = 0;
    const counting: Boundary = {
      last(chunk, before, afterBoundary) {
        searched += chunk.length;
        return eventBoundary.last(chunk, before, afterBoundary);
      },
      next() {
        throw new Error('nothing is measured below the bound');
      },
    };
    const wire = bytesOf(`data: ${'x'.repeat(100_000)}\n\n`);
    const splitter = createFrameSplitter(counting, 1 << 20);
    for (const piece of cutEvery(wire, 3)) splitter.push(piece);
    expect(searched).toBe(wire.length);
  });

  it('joins pieces of all sizes in order', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 5000 }), fc.nat({ max: 40_000 })), { maxLength: 30 }), (sizes) => {
        const splitter = createFrameSplitter(lineBoundary, 1 << 22);
        for (let frame = 0; frame < 2; frame++) {
          const pieces = sizes.map((size, index) => new Uint8Array(size).fill(0x20 + index + frame));
          for (const piece of pieces) splitter.push(piece);
          expect(Buffer.concat([...pieces, bytesOf('\n')]).equals(splitter.push(bytesOf('\n')) ?? bytesOf(''))).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('loses, doubles and moves no byte', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\r'), maxLength: 60 }), anyCuts(60), (text, places) => {
        const splitter = createFrameSplitter(eventBoundary, 1000);
        const pieces = cutAt(bytesOf(text), places).map((piece) => splitter.push(piece) ?? new Uint8Array(0));
        expect(Buffer.concat([...pieces, splitter.rest()]).toString()).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the bound on a frame', () => {
  function refusal(boundary: Boundary, max: number, chunks: Uint8Array[]): unknown {
    const splitter = createFrameSplitter(boundary, max);
    try {
      for (const chunk of chunks) splitter.push(chunk);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  it('refuses a frame that is one byte too long, and says how long it may be', () => {
    const error = refusal(lineBoundary, 8, [bytesOf('12345678\n')]);
    expect(error).toBeInstanceOf(ProxyError);
    expect(error).toMatchObject({ status: 502, code: 'upstream_too_large', source: 'provider' });
    expect((error as Error).message).toContain('8 bytes');
    expect(refusal(lineBoundary, 9, [bytesOf('12345678\n')])).toBe(undefined);
  });

  it('refuses a frame that never ends, as soon as it is too long', () => {
    const splitter = createFrameSplitter(eventBoundary, 10);
    splitter.push(bytesOf('0123456789'));
    expect(() => splitter.push(bytesOf('a'))).toThrow(ProxyError);
  });

  it('lets any number of small frames pass in one chunk', () => {
    expect(refusal(lineBoundary, 4, [bytesOf('abc\n'.repeat(1000))])).toBe(undefined);
    expect(refusal(eventBoundary, 5, [bytesOf('abc\n\n'.repeat(1000) + 'abc')])).toBe(undefined);
  });

  it('finds the one long frame among small ones', () => {
    expect(refusal(lineBoundary, 4, [bytesOf('abc\nabcd\nabc\n')])).toBeInstanceOf(ProxyError);
    expect(refusal(eventBoundary, 5, [bytesOf('abc\n\nabc\n\nabcdef')])).toBeInstanceOf(ProxyError);
  });

  it('does not depend on how the bytes were cut', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\r'), maxLength: 40 });
    fc.assert(
      fc.property(text, anyCuts(40), fc.integer({ min: 1, max: 8 }), (wire, places, max) => {
        for (const boundary of [eventBoundary, lineBoundary]) {
          const bytewise = refusal(boundary, max, cutEvery(bytesOf(wire), 1)) !== undefined;
          expect(refusal(boundary, max, cutAt(bytesOf(wire), places)) !== undefined).toBe(bytewise);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
