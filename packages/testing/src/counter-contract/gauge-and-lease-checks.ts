import { demandEqual } from '../ledger-contract/ledger-under-test.ts';
import { gauge, rate, sum, verdict } from './counter-under-test.ts';
import type { CounterCheck } from './counter-under-test.ts';

const [budget, parallel] = [
  { kind: 'sum', key: 'budget' },
  { kind: 'gauge', key: 'parallel' },
] as const;

/** What is under way, and how long it is held. */
export const gaugeAndLeaseChecks: readonly CounterCheck[] = [
  {
    name: 'lets as many be under way as its limit, and the next when one has ended',
    async run({ counter, other, reservation }) {
      const [a, b, c] = ['a', 'b', 'c'].map((id) => reservation(id, [gauge('parallel', 2)]));
      if (!a || !b || !c) return;
      demandEqual(
        [verdict(await counter.reserve(a)), verdict(await other.reserve(b)), verdict(await counter.reserve(c))],
        ['reserved', 'reserved', 'refused by parallel'],
        'three',
      );
      await other.settle(a, {});
      demandEqual(verdict(await counter.reserve(c)), 'reserved', 'when one has been settled');
      await counter.release(b);
      demandEqual(verdict(await counter.reserve(reservation('d', [gauge('parallel', 2)]))), 'reserved', 'when one has been released');
    },
  },
  {
    name: 'frees what nobody renews: a process may have died',
    async run({ counter, other, root, reservation, pass, used }) {
      await counter.open(root, [{ key: 'budget', spent: 0 }]);
      await counter.reserve(reservation('dead', [sum('budget', 100, 100), gauge('parallel', 1)], 200));
      await pass(300);
      demandEqual(await used(budget, parallel), [0, 0], 'what is used');
      demandEqual(
        verdict(await other.reserve(reservation('next', [sum('budget', 100, 100), gauge('parallel', 1)]))),
        'reserved',
        'the next',
      );
    },
  },
  {
    name: 'holds what is renewed',
    async run({ counter, root, reservation, pass, used }) {
      await counter.open(root, [{ key: 'budget', spent: 0 }]);
      const one = reservation('a', [sum('budget', 100, 100), gauge('parallel', 1)], 1500);
      await counter.reserve(one);
      for (let round = 0; round < 3; round += 1) {
        await pass(700);
        demandEqual(await counter.renew(one), true, `renewal ${round}`);
      }
      demandEqual(await used(budget, parallel), [100, 1], 'what is used');
    },
  },
  {
    name: 'holds again what it had freed or never known, without asking its limit',
    async run({ counter, root, reservation, pass, used }) {
      await counter.open(root, [{ key: 'budget', spent: 90 }]);
      const one = reservation('a', [sum('budget', 60, 100), gauge('parallel', 1), rate('rpm', 1, 10)], 1500);
      demandEqual(await counter.renew(one), true, 'the renewal of what is not known');
      demandEqual(await used(budget, parallel), [150, 1], 'what is used');
      await pass(1600);
      demandEqual(await used(budget, parallel), [90, 0], 'what is used when it has expired');
      demandEqual(await counter.renew(one), true, 'the renewal of what was freed');
      await counter.settle(one, { budget: 5 });
      demandEqual(await used(budget, parallel), [95, 0], 'what is used in the end');
    },
  },
  {
    name: 'puts nothing right in the rates of what it had lost and held again: what stands there is others’',
    async run({ counter, root, reservation }) {
      const [other, lost] = [
        reservation('other', [rate('rpm', 50, 100)]),
        reservation('lost', [rate('rpm', 40, 100), gauge('parallel', 9)]),
      ];
      await counter.reserve(other);
      await counter.renew(lost);
      await counter.settle(lost, { rpm: 10 });
      demandEqual((await counter.read(root, [{ kind: 'rate', key: 'rpm', period: 60_000 }]))[0]?.used, 50, 'what is used');
    },
  },
  {
    name: 'renews nothing that has ended',
    async run({ counter, root, reservation, used }) {
      await counter.open(root, [{ key: 'budget', spent: 0 }]);
      const [a, b] = [reservation('a', [sum('budget', 60, 100)]), reservation('b', [sum('budget', 30, 100)])];
      await counter.reserve(a);
      await counter.reserve(b);
      await counter.settle(a, { budget: 1 });
      await counter.release(b);
      demandEqual([await counter.renew(a), await counter.renew(b)], [false, false], 'the renewals');
      demandEqual(await used(budget), [1], 'what is used');
    },
  },
  {
    name: 'adds the truth of what had expired to its sums',
    async run({ counter, root, reservation, pass, used }) {
      await counter.open(root, [{ key: 'budget', spent: 0 }]);
      const late = reservation('late', [sum('budget', 60, 100), gauge('parallel', 3)], 200);
      await counter.reserve(late);
      await pass(300);
      await counter.settle(late, { budget: 40 });
      await counter.settle(late, { budget: 40 });
      demandEqual(await used(budget, parallel), [40, 0], 'what is used');
    },
  },
  {
    name: 'counts a reservation that comes twice once',
    async run({ counter, other, root, reservation, used }) {
      await counter.open(root, [{ key: 'budget', spent: 0 }]);
      const one = reservation('a', [sum('budget', 60, 100), gauge('parallel', 1)]);
      demandEqual([verdict(await counter.reserve(one)), verdict(await other.reserve(one))], ['reserved', 'reserved'], 'the answers');
      demandEqual(await used(budget, parallel), [60, 1], 'what is used');
    },
  },
  {
    name: 'takes no reservation that was given up before it came',
    async run({ counter, root, reservation, used }) {
      await counter.open(root, [{ key: 'budget', spent: 0 }]);
      const one = reservation('a', [sum('budget', 60, 100), gauge('parallel', 1), rate('rpm', 1, 10)]);
      await counter.release(one);
      demandEqual(verdict(await counter.reserve(one)), 'ended', 'the answer');
      demandEqual(await used(budget, parallel), [0, 0], 'what is used');
    },
  },
  {
    name: 'refuses amounts that are not whole numbers',
    async run({ counter, reservation }) {
      for (const amount of [0.5, -1, Number.NaN, Infinity, 2 ** 53]) {
        const outcome = await counter.reserve(reservation('a', [{ kind: 'gauge', key: 'g', amount }])).then(verdict, () => 'threw');
        demandEqual(outcome, 'threw', `the amount ${amount}`);
        const settled = await counter.settle(reservation('a', [gauge('g')]), { g: amount }).then(
          () => 'settled',
          () => 'threw',
        );
        demandEqual(settled, 'threw', `the truth ${amount}`);
      }
    },
  },
];
