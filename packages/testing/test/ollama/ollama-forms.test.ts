import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseKeepAlive } from '../../src/ollama/duration.ts';
import { createStamp, goTime } from '../../src/ollama/go-time.ts';
import { fullName, parseModelName, shortName } from '../../src/ollama/model-name.ts';

describe('times', () => {
  it.each([
    [0n, 0, '1970-01-01T00:00:00Z'],
    [1_000_000_000n, 0, '1970-01-01T00:00:01Z'],
    [1_500_000_000n, 0, '1970-01-01T00:00:01.5Z'],
    [1n, 0, '1970-01-01T00:00:00.000000001Z'],
    [1_000_020n, 2, '1970-01-01T02:00:00.00100002+02:00'],
  ])('%i are written as Go writes them, %i hours ahead: %s', (nanoseconds, hoursAhead, text) => {
    expect(goTime(nanoseconds, hoursAhead)).toBe(text);
  });

  it('never stand still, and name the moment in which they began', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), fc.nat(), (seconds, index) => {
        const stamp = createStamp(seconds, index);
        const times = Array.from({ length: 20 }, stamp);
        expect(new Set(times).size).toBe(20);
        expect(times.toSorted()).toEqual(times);
        expect(Math.floor(Date.parse(times[0] ?? '') / 1000)).toBe(seconds);
      }),
    );
  });
});

describe('durations', () => {
  it.each([
    [5, 5],
    [-1, -1],
    [-0.5, -1],
    [0, 0],
    ['0', 0],
    ['5m', 300],
    ['1h30m', 5400],
    ['1.5h', 5400],
    ['.5s', 0.5],
    ['+2s', 2],
    ['-1', -1],
    ['-5m', -1],
    ['-0s', 0],
  ])('%j are %d seconds', (value, seconds) => {
    const parsed = parseKeepAlive(value);
    expect('seconds' in parsed ? parsed.seconds : NaN).toBeCloseTo(seconds, 9);
  });

  it('add up, whatever their parts', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(100), fc.nat(100), (hours, minutes, seconds) => {
        expect(parseKeepAlive(`${hours}h${minutes}m${seconds}s`)).toEqual({ seconds: hours * 3600 + minutes * 60 + seconds });
      }),
    );
  });

  it.each(['', ' 5m', '5m ', 'm', '5', '5x', '1h30', '--1s', '1e3s', '٣s'])('%j are none', (text) => {
    expect(parseKeepAlive(text)).toEqual({ refused: expect.stringMatching(/^time: /u) as string });
  });
});

describe('names', () => {
  it.each([
    ['llama3.2', 'llama3.2:latest', 'registry.ollama.ai/library/llama3.2:latest'],
    ['me/mine:v1', 'me/mine:v1', 'registry.ollama.ai/me/mine:v1'],
    ['hf.co/me/mine', 'hf.co/me/mine:latest', 'hf.co/me/mine:latest'],
    ['localhost:5000/me/mine', 'localhost:5000/me/mine:latest', 'localhost:5000/me/mine:latest'],
  ])('%s is listed as %s and is %s in full', (text, short, full) => {
    const name = parseModelName(text);
    expect(name === undefined ? [] : [shortName(name), fullName(name)]).toEqual([short, full]);
  });

  it('mean the same model when they are written out', () => {
    const part = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,10}$/u);
    fc.assert(
      fc.property(part, part, part, (namespace, model, tag) => {
        const name = parseModelName(`${namespace}/${model}:${tag}`);
        expect(name).toMatchObject({ namespace, model, tag });
        if (name !== undefined) expect([parseModelName(shortName(name)), parseModelName(fullName(name))]).toEqual([name, name]);
      }),
    );
  });

  it.each(['', ' ', '/', 'a/', ':tag', 'a b', 'a/b/c/d', '../x', 'x'.repeat(81)])('%j is none', (text) => {
    expect(parseModelName(text)).toBe(undefined);
  });
});
