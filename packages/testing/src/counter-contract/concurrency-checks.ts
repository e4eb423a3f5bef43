import { demandEqual } from '../ledger-contract/ledger-under-test.ts';
import { gauge, rate, sum, verdict } from './counter-under-test.ts';
import type { CounterCheck } from './counter-under-test.ts';

const budget = { kind: 'sum', key: 'budget' } as const;

/** Many at once, through two instances. */
export const concurrencyChecks: readonly CounterCheck[] = [
  {
    name: 'admits of many at once exactly as many as fit',
    async run({ counter, other, root, reservation, used }) {
      await counter.open(root, [{ key: 'budget', spent: 0 }]);
      const wants = (index: number) => reservation(`call ${index}`, [sum('budget', 7, 250), rate('rpm', 1, 100), gauge('parallel', 100)]);
      const answers = await Promise.all(
        Array.from({ length: 300 }, async (_, index) => (index % 2 ? counter : other).reserve(wants(index))),
      );
      demandEqual(answers.filter(({ kind }) => kind === 'reserved').length, Math.floor(250 / 7), 'how many were admitted');
      demandEqual(await used(budget, { kind: 'gauge', key: 'parallel' }), [245, 35], 'what is used');
    },
  },
  {
    name: 'spends a budget to its end and no further, though calls fail, are settled and released at random',
    async run({ counter, other, root, reservation, used }) {
      await counter.open(root, [{ key: 'budget', spent: 0 }]);
      const cost = 30;
      let served = 0;
      const one = async (index: number): Promise<void> => {
        const instance = index % 2 ? counter : other;
        const wanted = reservation(`call ${index}`, [sum('budget', cost, 1000), gauge('parallel')]);
        if (verdict(await instance.reserve(wanted)) !== 'reserved') return;
        await instance.renew(wanted);
        if (index % 10 < 3) await Promise.all([counter.release(wanted), other.release(wanted)]);
        else {
          served += 1;
          await Promise.all([counter.settle(wanted, { budget: cost }), other.settle(wanted, { budget: cost })]);
        }
      };
      for (let round = 0; round < 4; round += 1)
        await Promise.all(Array.from({ length: 100 }, async (_, index) => one(round * 100 + index)));
      // What was given back last is there for those who come then.
      for (let late = 0; late < 40; late += 1) await one(1005 + 10 * late);
      demandEqual(served, Math.floor(1000 / cost), 'how many were served');
      demandEqual(await used(budget, { kind: 'gauge', key: 'parallel' }), [served * cost, 0], 'what is used in the end');
    },
  },
  {
    name: 'lets racing instances open a missing sum once',
    async run({ counter, other, root, reservation, used }) {
      const attempt = async (index: number): Promise<string> => {
        const instance = index % 2 ? counter : other;
        const wanted = reservation(`call ${index}`, [sum('budget', 10, 100)]);
        const first = await instance.reserve(wanted);
        if (first.kind !== 'missing') return verdict(first);
        await instance.open(root, [{ key: 'budget', spent: 50 }]);
        return verdict(await instance.reserve(wanted));
      };
      const verdicts = await Promise.all(Array.from({ length: 20 }, async (_, index) => attempt(index)));
      demandEqual(verdicts.filter((one) => one === 'reserved').length, 5, 'how many were admitted');
      demandEqual(await used(budget), [100], 'what is used');
    },
  },
];
