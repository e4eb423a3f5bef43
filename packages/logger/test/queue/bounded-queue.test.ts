import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBoundedQueue } from '../../src/queue/bounded-queue.ts';
import type { BoundedQueue, BoundedQueueOptions } from '../../src/queue/bounded-queue.ts';

function open(options: Partial<BoundedQueueOptions<number>> = {}): { queue: BoundedQueue<number>; taken: number[][]; troubles: unknown[] } {
  const taken: number[][] = [];
  const troubles: unknown[] = [];
  const queue = createBoundedQueue<number>({
    limit: 10,
    batch: 4,
    linger: 0,
    pause: () => 0,
    deliver: async (items) => void taken.push([...items]),
    onTrouble: (trouble) => void troubles.push(trouble),
    ...options,
  });
  return { queue, taken, troubles };
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('a bounded queue', () => {
  it('hands everything over once, in order, in batches of a bounded size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.boolean(), { maxLength: 30 }),
        async (count, batch, failures) => {
          const fails = [...failures];
          const { queue, taken } = open({
            limit: 100,
            batch,
            deliver: async (items) => {
              await Promise.resolve();
              if (fails.pop() === true) throw new Error('away');
              taken.push([...items]);
            },
          });
          for (const item of numbers(count)) queue.push(item);
          await queue.close(5000);
          expect(taken.flat()).toEqual(numbers(count));
          expect(taken.every((items) => items.length <= batch)).toBe(true);
          expect([queue.waiting, queue.dropped]).toEqual([0, 0]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps the newest where more comes than it may hold, and counts what it lost', async () => {
    let open_ = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open_ = resolve;
    });
    const { queue, taken, troubles } = open({ deliver: async (items) => gate.then(() => void taken.push([...items])) });
    for (const item of numbers(1000)) queue.push(item);
    expect([queue.waiting, queue.dropped]).toEqual([10, 990]);
    open_();
    await queue.close(5000);
    expect(taken.flat()).toEqual(numbers(1000).slice(990));
    expect(troubles).toHaveLength(1);
  });

  it('gives up at the end of its grace, and counts what it could not hand over', async () => {
    const { queue } = open({
      deliver: (_items, signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('no time')))),
    });
    for (const item of numbers(5)) queue.push(item);
    await queue.close(1);
    expect([queue.waiting, queue.dropped]).toEqual([0, 5]);
    queue.push(6);
    expect(queue.dropped).toBe(6);
  });

  it('tells of each failure in a row', async () => {
    let left = 3;
    const { queue, troubles } = open({
      deliver: async () => {
        left -= 1;
        if (left > 0) throw new Error('away');
      },
    });
    queue.push(1);
    await queue.close(5000);
    expect(troubles).toMatchObject([{ failures: 1 }, { failures: 2 }]);
  });
});
