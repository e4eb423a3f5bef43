import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gather } from '../../src/keys/postgres/gather.ts';

const aWhile = async (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('gather', () => {
  it('asks once for all that is asked for at the same moment, and again for what comes while it is under way', async () => {
    const groups: (readonly number[])[] = [];
    const find = gather<number, string>({
      flights: 1,
      most: 3,
      async ask(keys) {
        groups.push(keys);
        await aWhile(5);
        return keys.map((key) => `answer ${key}`);
      },
    });
    const first = [1, 2].map(find);
    await aWhile(1);
    const later = [3, 4, 5, 6].map(find);
    expect(await Promise.all([...first, ...later])).toEqual([1, 2, 3, 4, 5, 6].map((key) => `answer ${key}`));
    expect(groups).toEqual([[1, 2], [3, 4, 5], [6]]);
  });

  it('lets those fail who were in a failed question, and nobody else', async () => {
    const find = gather<number, number>({
      flights: 2,
      most: 2,
      async ask(keys) {
        await aWhile(1);
        if (keys.includes(3)) throw new Error('no answer');
        return keys;
      },
    });
    const outcomes = await Promise.allSettled([1, 2, 3, 4, 5].map(find));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(await find(6)).toBe(6);
  });

  it('gives each his own answer, asked for after his question, with no more under way than allowed', async () => {
    const bursts = fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 6 })), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(bursts, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 }), async (plan, flights, most) => {
        let moment = 0;
        let underWay = 0;
        const find = gather<number, { readonly key: number; readonly at: number }>({
          flights,
          most,
          async ask(keys) {
            underWay += 1;
            expect(underWay).toBeLessThanOrEqual(flights);
            expect(keys.length).toBeLessThanOrEqual(most);
            const at = (moment += 1);
            await aWhile(Math.random() * 3);
            underWay -= 1;
            return keys.map((key) => ({ key, at }));
          },
        });
        const asked: Promise<void>[] = [];
        for (const [pause, count] of plan) {
          for (let key = 0; key < count; key += 1) {
            const before = moment;
            asked.push(
              find(key).then((answer) => {
                expect(answer.key).toBe(key);
                expect(answer.at).toBeGreaterThan(before);
              }),
            );
          }
          await aWhile(pause);
        }
        await Promise.all(asked);
      }),
      { numRuns: 40 },
    );
  });
});
