import { readdirSync, readFileSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createFrameReader } from '../../src/framing/create-frame-reader.ts';
import type { Frame, Framing } from '../../src/framing/frame.ts';
import { anyCuts, cutAt, cutEvery, readAll } from './slices.ts';

interface Golden {
  readonly about: string;
  readonly frames: readonly Frame[];
  readonly dangling: boolean;
  readonly comments?: number;
}

const folder = new URL('golden/', import.meta.url);
const names = readdirSync(folder).filter((name) => /\.(?:sse|ndjson)$/.test(name));

describe.each(names)('%s', (name) => {
  const framing: Framing = name.endsWith('.sse') ? 'sse' : 'ndjson';
  const wire = new Uint8Array(readFileSync(new URL(name, folder)));
  const golden = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Golden;

  function check(chunks: Uint8Array[]): void {
    let comments = 0;
    const reader = createFrameReader(framing, { maxFrameBytes: 1 << 20, onComment: () => comments++ });
    const reading = readAll(reader, chunks);
    expect(reading.frames).toEqual(golden.frames);
    expect(reading.dangling).toBe(golden.dangling);
    expect(comments).toBe(golden.comments ?? 0);
    expect(reading.bytes.equals(wire.subarray(0, reading.bytes.length))).toBe(true);
    const left = Buffer.from(wire.subarray(reading.bytes.length)).toString();
    if (!golden.dangling) expect(left).toMatch(/^(?::[^\r\n]*)?$/);
  }

  it(`whole: ${golden.about}`, () => check([wire]));

  it('event by event', () => {
    const end = framing === 'sse' ? /(?:\r\n|\r|\n){2}/g : /\n/g;
    const places = [...Buffer.from(wire).toString('latin1').matchAll(end)].map((match) => match.index + match[0].length);
    check(cutAt(wire, places));
  });

  it('byte by byte', () => check(cutEvery(wire, 1)));

  it('in slices of seven bytes', () => check(cutEvery(wire, 7)));

  it('cut in two at every place', () => {
    for (let place = 1; place < Math.min(wire.length, 700); place++) check(cutAt(wire, [place]));
  });

  it('in random slices', () => {
    fc.assert(
      fc.property(anyCuts(wire.length), (places) => check(cutAt(wire, places))),
      { numRuns: 40 },
    );
  });
});
