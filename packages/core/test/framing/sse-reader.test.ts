import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createSseReader } from '../../src/framing/sse-reader.ts';
import { sseComment, sseData, sseDone } from '../../src/framing/sse-writer.ts';
import { anyCuts, cutAt, cutEvery, readAll } from './slices.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const sixteenMiB = 16 << 20;

describe('an event stream reader', () => {
  it('gives the events of a chunk as soon as it has come', () => {
    const reader = createSseReader({ maxFrameBytes: 1000 });
    const chunk = bytesOf('data: 1\n\ndata: 2\n\n');
    expect(reader.push(chunk)).toEqual({
      frames: [
        { kind: 'event', data: '1' },
        { kind: 'event', data: '2' },
      ],
      bytes: chunk,
    });
  });

  it('gives an event that ends in CR without waiting for an LF', () => {
    const reader = createSseReader({ maxFrameBytes: 1000 });
    expect(reader.push(bytesOf('data: 1\r\n\r'))?.frames).toEqual([{ kind: 'event', data: '1' }]);
    expect(reader.push(bytesOf('\n'))).toEqual({ frames: [], bytes: bytesOf('\n') });
    expect(reader.push(bytesOf('data: 2\n\n'))?.frames).toEqual([{ kind: 'event', data: '2' }]);
    expect(reader.end()).toEqual({ dangling: false });
  });

  it('gives the bytes of comments, so that they can be passed on, and tells of them', () => {
    let comments = 0;
    const reader = createSseReader({ maxFrameBytes: 1000, onComment: () => comments++ });
    expect(reader.push(bytesOf(': ping\n\n'))).toEqual({ frames: [], bytes: bytesOf(': ping\n\n') });
    expect(comments).toBe(1);
  });

  it('gives a last comment only where its line has ended', () => {
    const ended = createSseReader({ maxFrameBytes: 1000 });
    ended.push(bytesOf(': ping\n'));
    expect(ended.end()).toEqual({ batch: { frames: [], bytes: bytesOf(': ping\n') }, dangling: false });
    const half = createSseReader({ maxFrameBytes: 1000 });
    half.push(bytesOf(': pi'));
    expect(half.end()).toEqual({ dangling: false });
  });

  it('gives the bytes of a last event as they came, without a blank line of its own', () => {
    const reader = createSseReader({ maxFrameBytes: 1000 });
    reader.push(bytesOf('data: [DONE]'));
    expect(reader.end()).toEqual({
      batch: { frames: [{ kind: 'event', data: '[DONE]' }], bytes: bytesOf('data: [DONE]') },
      dangling: false,
    });
  });

  it('gives nothing while an event is not whole', () => {
    const reader = createSseReader({ maxFrameBytes: 1000 });
    expect(reader.push(bytesOf('data: 1'))).toBe(undefined);
    expect(reader.push(bytesOf('2\n'))).toBe(undefined);
    expect(reader.push(bytesOf('\n'))).toEqual({ frames: [{ kind: 'event', data: '12' }], bytes: bytesOf('data: 12\n\n') });
  });

  it.each([
    [256 << 10, 1],
    [sixteenMiB, 64 << 10],
    [sixteenMiB, 1000],
    [sixteenMiB, sixteenMiB],
  ])('reads an event of %i bytes in pieces of %i', (length, size) => {
    const data = `"${'z'.repeat(length - 10)}"`;
    const wire = bytesOf(sseData(data));
    const reading = readAll(createSseReader({ maxFrameBytes: wire.length }), cutEvery(wire, size));
    expect(reading.frames.length).toBe(1);
    expect(reading.frames[0]?.data === data).toBe(true);
    expect(reading.bytes.equals(wire)).toBe(true);
    expect(reading.dangling).toBe(false);
  });

  it('stops an event without end at its bound', () => {
    const reader = createSseReader({ maxFrameBytes: 1 << 20 });
    const piece = new Uint8Array(64 << 10).fill(0x78);
    for (let sent = 0; sent < 1 << 20; sent += piece.length) expect(reader.push(piece)).toBe(undefined);
    expect(() => reader.push(piece)).toThrow('longer than 1048576 bytes');
  });

  it('reads ten thousand events in one chunk', () => {
    const wire = bytesOf(sseData('{"n":1}').repeat(10_000));
    expect(createSseReader({ maxFrameBytes: 100 }).push(wire)?.frames.length).toBe(10_000);
  });

  it('reads whatever text was written, whole and in any slices', () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom('\n', '\r', '\r\n', '\u2028', 'data: ', '\0', '\uFEFF', ':'),
        fc.string({ unit: 'binary', maxLength: 3 }),
      ),
    });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), anyCuts(300), fc.boolean(), (texts, places, pings) => {
        const wire = bytesOf(texts.map((each) => (pings ? sseComment(each) : '') + sseData(JSON.stringify(each))).join('') + sseDone);
        const { frames, bytes, dangling } = readAll(createSseReader({ maxFrameBytes: 1 << 16 }), cutAt(wire, places));
        expect(frames.map((frame) => frame.data)).toEqual([...texts.map((each) => JSON.stringify(each)), '[DONE]']);
        expect(frames.every((frame) => frame.kind === 'event' && frame.event === undefined)).toBe(true);
        expect(bytes.equals(wire)).toBe(true);
        expect(dangling).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('gives the same frames for any bytes in any slices', () => {
    const wire = fc
      .array(fc.constantFrom('data', ':', ' ', '\n', '\r', 'event', 'id', 'error', '{}', '[DONE]', 'é', '🦊', '\uFEFF', '1', '\0'), {
        maxLength: 40,
      })
      .map((parts) => bytesOf(parts.join('')));
    fc.assert(
      fc.property(wire, anyCuts(80), (bytes, places) => {
        const whole = readAll(createSseReader({ maxFrameBytes: 1 << 16 }), [bytes]);
        expect(readAll(createSseReader({ maxFrameBytes: 1 << 16 }), cutAt(bytes, places))).toEqual(whole);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('the event stream writer', () => {
  it('writes an event, the end mark and a comment', () => {
    expect(sseData('{"a":1}')).toBe('data: {"a":1}\n\n');
    expect(sseDone).toBe('data: [DONE]\n\n');
    expect(sseComment('ping')).toBe(': ping\n\n');
  });

  it('keeps a comment of several lines a comment', () => {
    expect(sseComment('a\n\ndata: forged\r\rdata: forged')).toBe(': a\n: \n: data: forged\n: \n: data: forged\n\n');
  });
});

interface WptCase {
  readonly id: string;
  readonly wire: string;
  readonly expect: readonly string[];
}

const corpora = process.env['CORPORA'];

describe.skipIf(corpora === undefined)('web platform tests of event streams (skipped where CORPORA is not set)', () => {
  const cases = corpora === undefined ? [] : (JSON.parse(readFileSync(join(corpora, 'wpt-eventsource/cases.json'), 'utf8')) as WptCase[]);

  it('has cases', () => expect(cases.length).toBeGreaterThan(3));

  it.each(cases)('$id', ({ wire, expect: expected }) => {
    const bytes = bytesOf(wire.replaceAll('{x2048}', 'x'.repeat(2048)));
    for (const chunks of [[bytes], cutEvery(bytes, 1), cutEvery(bytes, 7)]) {
      const { frames } = readAll(createSseReader({ maxFrameBytes: 1 << 16 }), chunks);
      expect(frames.map((frame) => frame.data)).toEqual(expected);
    }
  });

  it('no naughty string forges an event', () => {
    if (corpora === undefined) return;
    const strings = JSON.parse(readFileSync(join(corpora, 'naughty-strings/strings.json'), 'utf8')) as string[];
    const wire = bytesOf(strings.map((text) => sseComment(text) + sseData(JSON.stringify(text))).join(''));
    for (const chunks of [[wire], cutEvery(wire, 7)]) {
      const { frames } = readAll(createSseReader({ maxFrameBytes: 1 << 20 }), chunks);
      expect(frames.map((frame) => JSON.parse(frame.data) as string)).toEqual(strings);
    }
  });
});
