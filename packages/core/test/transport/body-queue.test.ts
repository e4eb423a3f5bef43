import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBodyQueue } from '../../src/transport/body-queue.ts';
import type { BodyQueue } from '../../src/transport/body-queue.ts';

interface Harness {
  readonly queue: BodyQueue;
  readonly iterator: AsyncIterator<Uint8Array>;
  readonly calls: string[];
}

function open(limit = 1024, clocks = { firstByte: 100, idle: 50 }): Harness {
  const calls: string[] = [];
  const queue: BodyQueue = createBodyQueue({
    clocks,
    limit,
    pause: () => calls.push('pause'),
    resume: () => calls.push('resume'),
    abandon(reason) {
      calls.push(`abandon: ${reason.message}`);
      queue.fail(reason);
    },
  });
  return { queue, iterator: queue[Symbol.asyncIterator](), calls };
}

const bytes = (size: number): Uint8Array => new Uint8Array(size);

describe('createBodyQueue', () => {
  it('gives everything in order, then the end, in whatever turn it is pushed and read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('push', 'read'), { maxLength: 60 }), async (turns) => {
        const { queue, iterator } = open(64);
        let pushed = 0;
        const reads: Promise<IteratorResult<Uint8Array>>[] = [];
        for (const turn of turns) {
          if (turn === 'push') queue.push(Uint8Array.of(pushed++));
          // One reader at a time, as with any iterator that is read by a loop.
          else if (reads.length <= pushed) reads.push(iterator.next());
        }
        queue.end();
        while (reads.length <= pushed) reads.push(iterator.next());
        const results = await Promise.all(reads);
        const values = results.flatMap((result) => (result.done ? [] : [result.value[0]]));
        expect(values).toEqual(Array.from({ length: pushed }, (_, index) => index));
        expect(results.at(-1)?.done).toBe(true);
      }),
    );
  });

  it('never holds more than its bound where a source heeds its pause within half of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ reads: fc.nat(6), size: fc.integer({ min: 1, max: 512 }) }), { maxLength: 80 }),
        async (turns) => {
          const { queue, iterator, calls } = open(1024);
          let held = 0;
          const sizes: number[] = [];
          const isPaused = (): boolean => calls.at(-1) === 'pause';
          for (const { reads, size } of turns) {
            if (!isPaused()) {
              queue.push(bytes(size));
              sizes.push(size);
              held += size;
            }
            expect(held).toBeLessThanOrEqual(1024);
            for (let read = 0; read < reads && sizes.length > 0; read += 1) {
              await iterator.next();
              held -= sizes.shift() ?? 0;
            }
            if (held === 0) expect(isPaused()).toBe(false);
          }
          expect(calls.every((call, index) => call === (index % 2 === 0 ? 'pause' : 'resume'))).toBe(true);
        },
      ),
    );
  });

  it('gives what came before a failure, then the failure, again and again', async () => {
    const { queue, iterator } = open();
    queue.push(bytes(1));
    queue.fail(new Error('reset'));
    queue.fail(new Error('later'));
    expect(await iterator.next()).toEqual({ done: false, value: bytes(1) });
    await expect(iterator.next()).rejects.toThrow('reset');
    await expect(iterator.next()).rejects.toThrow('reset');
  });

  it('wakes a waiting reader with what comes', async () => {
    const failing = open();
    const read = failing.iterator.next();
    failing.queue.fail(new Error('reset'));
    await expect(read).rejects.toThrow('reset');
    const ending = open();
    const last = ending.iterator.next();
    ending.queue.end();
    expect(await last).toEqual({ done: true, value: undefined });
  });

  it('abandons the exchange when its reader stops, and holds nothing more', async () => {
    const { queue, iterator, calls } = open();
    queue.push(bytes(10));
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
    expect(calls).toEqual(['abandon: the reader of the answer stopped']);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it('has nothing to abandon after the end', async () => {
    const { queue, iterator, calls } = open();
    queue.push(bytes(10));
    queue.end();
    await iterator.return?.();
    expect(calls).toEqual([]);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });
});

describe('the clocks of a body', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('count to the first byte from the start, whether anybody waits or not', async () => {
    const { queue, iterator, calls } = open();
    queue.startFirstByteClock();
    vi.advanceTimersByTime(99);
    expect(calls).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(calls).toHaveLength(1);
    await expect(iterator.next()).rejects.toMatchObject({ code: 'timeout_first_byte', status: 504, retryable: true });
  });

  it('count silence only while a reader waits', async () => {
    const { queue, iterator, calls } = open();
    queue.startFirstByteClock();
    queue.push(bytes(1));
    vi.advanceTimersByTime(10_000);
    await iterator.next();
    vi.advanceTimersByTime(10_000);
    expect(calls).toEqual([]);
    const read = iterator.next();
    vi.advanceTimersByTime(49);
    expect(calls).toEqual([]);
    vi.advanceTimersByTime(1);
    await expect(read).rejects.toMatchObject({ code: 'timeout_idle', status: 504 });
  });

  it('count each silence anew', async () => {
    const { queue, iterator, calls } = open();
    queue.push(bytes(1));
    await iterator.next();
    for (let arrival = 0; arrival < 20; arrival += 1) {
      const read = iterator.next();
      vi.advanceTimersByTime(40);
      queue.push(bytes(1));
      await read;
    }
    expect(calls).toEqual([]);
    queue.end();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('arm no timer at all where they are off', async () => {
    const { queue, iterator } = open(1024, { firstByte: 0, idle: 0 });
    queue.startFirstByteClock();
    expect(vi.getTimerCount()).toBe(0);
    queue.push(bytes(1));
    await iterator.next();
    const read = iterator.next();
    expect(vi.getTimerCount()).toBe(0);
    queue.end();
    await read;
  });

  it.each(['end', 'fail'] as const)('leave no timer after %s', async (how) => {
    const { queue, iterator } = open();
    queue.startFirstByteClock();
    queue.push(bytes(1));
    await iterator.next();
    const read = iterator.next();
    expect(vi.getTimerCount()).toBe(1);
    if (how === 'end') queue.end();
    else queue.fail(new Error('reset'));
    await Promise.allSettled([read]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('do not begin where the exchange is over already', () => {
    const { queue } = open();
    queue.fail(new Error('no connection'));
    queue.startFirstByteClock();
    expect(vi.getTimerCount()).toBe(0);
  });
});
