import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOutlet } from '../../src/flow/outlet.ts';
import { mapFlow } from '../../src/flow/map-flow.ts';
import { toFlow } from '../../src/flow/to-flow.ts';

async function* count(to: number, onStop: () => void = () => {}): AsyncGenerator<number, void, undefined> {
  try {
    for (let value = 0; value < to; value += 1) yield value;
  } finally {
    onStop();
  }
}

async function readAll<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of stream) values.push(value);
  return values;
}

describe('a flow that is iterated', () => {
  it('gives what the stream gives that it is made of', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(20), async (length) => {
        expect(await readAll(mapFlow(count(length), (value) => value * 2))).toEqual(Array.from({ length }, (_, value) => value * 2));
      }),
    );
  });

  it('asks for a value only when somebody waits for one', async () => {
    const asked: string[] = [];
    const outlet = createOutlet<number>({ resume: () => void asked.push('resume'), stop: () => void asked.push('stop') });
    const iterator = outlet[Symbol.asyncIterator]();
    expect(asked).toEqual([]);
    const first = iterator.next();
    expect(asked).toEqual(['resume']);
    outlet.give(1);
    outlet.give(2);
    expect(await first).toEqual({ done: false, value: 1 });
    expect(await iterator.next()).toEqual({ done: false, value: 2 });
    expect(asked).toEqual(['resume']);
  });

  it('serves several who wait in the order in which they asked', async () => {
    const iterator = mapFlow(count(2), (value) => value)[Symbol.asyncIterator]();
    const results = await Promise.all([iterator.next(), iterator.next(), iterator.next(), iterator.next()]);
    expect(results.map(({ done, value }) => (done === true ? 'end' : value))).toEqual([0, 1, 'end', 'end']);
  });

  it('breaks with what its stream breaks with, for all who wait and all who ask later', async () => {
    const iterator = toFlow(
      mapFlow(count(3), (value) => {
        if (value === 1) throw new Error('broken');
        return value;
      }),
    )[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ done: false, value: 0 });
    const results = await Promise.allSettled([iterator.next(), iterator.next()]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(iterator.next()).rejects.toThrow('broken');
  });

  it('stops its stream when its reader stops, and where a change throws', async () => {
    for (const change of [
      (value: number) => value,
      () => {
        throw new Error('broken');
      },
    ]) {
      let stopped = 0;
      const iterator = mapFlow(
        count(3, () => void (stopped += 1)),
        change,
      )[Symbol.asyncIterator]();
      await iterator.next().catch(() => undefined);
      await iterator.return?.();
      await new Promise(setImmediate);
      expect(stopped).toBe(1);
    }
  });

  it('answers who still waits when its reader stops', async () => {
    const outlet = createOutlet<number>({ resume() {}, stop() {} });
    const iterator = outlet[Symbol.asyncIterator]();
    const waiting = iterator.next();
    await iterator.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });
});

describe('an iterable as a flow', () => {
  it('is read to the pace of its sink', async () => {
    let made = 0;
    const source = (async function* () {
      for (;;) yield (made += 1);
    })();
    const taken: number[] = [];
    const control = toFlow(source).into({ take: (value) => taken.push(value) % 2 === 1, end() {}, fail() {} });
    expect(made).toBe(0);
    control.resume();
    await new Promise(setImmediate);
    expect([taken, made]).toEqual([[1, 2], 2]);
    control.resume();
    await new Promise(setImmediate);
    expect([taken, made]).toEqual([[1, 2, 3, 4], 4]);
    control.stop();
    control.resume();
    await new Promise(setImmediate);
    expect(made).toBe(4);
  });

  it('is silent once it is stopped, whatever was on its way', async () => {
    const heard: string[] = [];
    const gate = Promise.withResolvers<void>();
    const source = (async function* () {
      await gate.promise;
      yield 1;
    })();
    const control = toFlow(source).into({
      take: () => heard.push('value') > 0,
      end: () => void heard.push('end'),
      fail: () => void heard.push('failure'),
    });
    control.resume();
    control.stop();
    gate.resolve();
    await new Promise(setImmediate);
    expect(heard).toEqual([]);
  });

  it('survives an iterator that throws when it is stopped', () => {
    const source: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.resolve({ done: true, value: undefined }),
        return() {
          throw new Error('no');
        },
      }),
    };
    expect(() =>
      toFlow(source)
        .into({ take: () => true, end() {}, fail() {} })
        .stop(),
    ).not.toThrow();
  });
});
