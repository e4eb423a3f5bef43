import { demandEqual } from '../ledger-contract/ledger-under-test.ts';
import { gauge, rate, sum, verdict } from './counter-under-test.ts';
import type { CounterCheck, CounterScene } from './counter-under-test.ts';

const budget = { kind: 'sum', key: 'budget' } as const;

const opened = async ({ counter, root }: CounterScene, spent = 0, key = 'budget'): Promise<void> => counter.open(root, [{ key, spent }]);

/** Money: what is reserved, settled and released, and how a lost sum is found again. */
export const sumChecks: readonly CounterCheck[] = [
  {
    name: 'reserves up to a limit and not beyond it',
    async run(scene) {
      await opened(scene);
      const { counter, reservation } = scene;
      demandEqual(verdict(await counter.reserve(reservation('a', [sum('budget', 60, 100)]))), 'reserved', 'the first');
      demandEqual(verdict(await counter.reserve(reservation('b', [sum('budget', 41, 100)]))), 'refused by budget', 'one too many');
      demandEqual(verdict(await counter.reserve(reservation('c', [sum('budget', 40, 100)]))), 'reserved', 'what fits exactly');
      demandEqual(verdict(await counter.reserve(reservation('d', [sum('budget', 0, 100)]))), 'reserved', 'what costs nothing');
      demandEqual(await scene.used(budget), [100], 'what is used');
    },
  },
  {
    name: 'settles at the truth, once',
    async run(scene) {
      await opened(scene);
      const { counter, other, reservation } = scene;
      const one = reservation('a', [sum('budget', 60, 100)]);
      await counter.reserve(one);
      await counter.settle(one, { budget: 25 });
      await other.settle(one, { budget: 25 });
      await counter.release(one);
      demandEqual(
        await counter.read(scene.root, [budget]).then(([reading]) => [reading?.used, reading?.reserved]),
        [25, 0],
        'after the end',
      );
    },
  },
  {
    name: 'settles at what was reserved where no truth is told, and takes a truth beyond the limit',
    async run(scene) {
      await opened(scene);
      const { counter, reservation } = scene;
      const [one, two] = [reservation('a', [sum('budget', 60, 100)]), reservation('b', [sum('budget', 10, 100)])];
      await counter.reserve(one);
      await counter.reserve(two);
      await counter.settle(one, {});
      await counter.settle(two, { budget: 90 });
      demandEqual(await scene.used(budget), [150], 'what is used');
      demandEqual(
        verdict(await counter.reserve(reservation('c', [sum('budget', 0, 100)]))),
        'refused by budget',
        'even what costs nothing',
      );
    },
  },
  {
    name: 'releases without a trace, once',
    async run(scene) {
      await opened(scene, 10);
      const { counter, reservation } = scene;
      const one = reservation('a', [sum('budget', 60, 100)]);
      await counter.reserve(one);
      await counter.release(one);
      await counter.release(one);
      await counter.settle(one, { budget: 60 });
      demandEqual(await scene.used(budget), [10], 'what is used');
    },
  },
  {
    name: 'reserves in all windows or in none',
    async run(scene) {
      const { counter, root, reservation } = scene;
      await counter.open(root, [
        { key: 'wide', spent: 0 },
        { key: 'tight', spent: 0 },
      ]);
      const answer = await counter.reserve(
        reservation('a', [sum('wide', 50, 1000), rate('rpm', 1, 10), sum('tight', 50, 49), gauge('parallel', 5)]),
      );
      demandEqual(verdict(answer), 'refused by tight', 'the answer');
      const readings = await counter.read(root, [
        { kind: 'sum', key: 'wide' },
        { kind: 'sum', key: 'tight' },
        { kind: 'gauge', key: 'parallel' },
        { kind: 'rate', key: 'rpm', period: 60_000 },
      ]);
      demandEqual(
        readings.map((reading) => reading?.used),
        [0, 0, 0, 0],
        'what is used',
      );
    },
  },
  {
    name: 'names every window that refuses, and reads all of them in their order',
    async run({ counter, root, reservation }) {
      await counter.open(root, [
        { key: 'a', spent: 5 },
        { key: 'b', spent: 6 },
      ]);
      const answer = await counter.reserve(reservation('x', [sum('a', 1, 5), rate('r', 2, 1), sum('b', 1, 7), gauge('g', 0)]));
      demandEqual(verdict(answer), 'refused by a, r, g', 'the refusals');
      demandEqual(
        'readings' in answer && answer.readings.map(({ key, used }) => [key, used]),
        [
          ['a', 5],
          ['r', 0],
          ['b', 6],
          ['g', 0],
        ],
        'readings',
      );
    },
  },
  {
    name: 'says which sums are missing, and counts nothing before they are opened',
    async run(scene) {
      const { counter, root, reservation } = scene;
      await opened(scene);
      const wanted = [sum('budget', 1, 100), sum('team', 1, 100), rate('rpm', 1, 1), sum('owner', 1)];
      const answer = await counter.reserve(reservation('a', wanted));
      demandEqual(answer, { kind: 'missing', keys: ['team', 'owner'] }, 'the answer');
      demandEqual(await scene.used(budget, { kind: 'sum', key: 'team' }), [0, undefined], 'what is used');
      await counter.open(root, [
        { key: 'team', spent: 3 },
        { key: 'owner', spent: 4 },
      ]);
      demandEqual(verdict(await counter.reserve(reservation('a', wanted))), 'reserved', 'the same again');
      demandEqual(await scene.used(budget, { kind: 'sum', key: 'team' }, { kind: 'sum', key: 'owner' }), [1, 4, 5], 'what is used then');
    },
  },
  {
    name: 'takes the first word of what had been spent, and no other',
    async run(scene) {
      const { counter, other, root, reservation } = scene;
      await Promise.all(
        Array.from({ length: 10 }, async (_, index) => (index % 2 ? counter : other).open(root, [{ key: 'budget', spent: 70 }])),
      );
      await counter.reserve(reservation('a', [sum('budget', 5, 100)]));
      await other.open(root, [{ key: 'budget', spent: 0 }]);
      demandEqual(await scene.used(budget), [75], 'what is used');
    },
  },
  {
    name: 'keeps what is settled while a sum is missing, and adds it when the sum is opened',
    async run(scene) {
      const { counter, reservation } = scene;
      await counter.settle(reservation('lost', [sum('budget', 60, 100)]), { budget: 25 });
      demandEqual(verdict(await counter.reserve(reservation('a', [sum('budget', 1, 100)]))), 'missing', 'before it is opened');
      await opened(scene, 50);
      demandEqual(await scene.used(budget), [75], 'what is used');
      await counter.settle(reservation('lost', [sum('budget', 60, 100)]), { budget: 25 });
      demandEqual(await scene.used(budget), [75], 'after a second settlement');
    },
  },
  {
    name: 'tells when a sum was opened, the same to everybody',
    async run(scene) {
      await opened(scene);
      const [one] = await scene.counter.read(scene.root, [budget]);
      const [two] = await scene.other.read(scene.root, [budget]);
      demandEqual([one?.openedAt === two?.openedAt, (one?.openedAt ?? 0) > 0], [true, true], 'the moments');
    },
  },
  {
    name: 'counts a sum without a limit, and never refuses it',
    async run(scene) {
      await opened(scene, 5);
      demandEqual(
        verdict(await scene.counter.reserve(scene.reservation('a', [sum('budget', 1_000_000_000_000)]))),
        'reserved',
        'the answer',
      );
      demandEqual(await scene.used(budget), [1_000_000_000_005], 'what is used');
    },
  },
  {
    name: 'keeps equal keys of two roots apart, however their texts meet',
    async run({ counter, root }) {
      await counter.open(root, [{ key: 'ab', spent: 1 }]);
      await counter.open(`${root}a`, [{ key: 'b', spent: 2 }]);
      const [one] = await counter.read(root, [{ kind: 'sum', key: 'ab' }]);
      const [two] = await counter.read(`${root}a`, [{ kind: 'sum', key: 'b' }]);
      demandEqual([one?.used, two?.used], [1, 2], 'what is used');
    },
  },
  {
    name: 'takes any text as a key: what databases and scripts would read as their own too',
    async run({ counter, root, reservation }) {
      for (const key of ["'; drop table x; --", '{a}:b', 'ключ 🔑', '__proto__', 'a:b:c', '%00%', '*', ' ']) {
        await counter.open(root, [{ key, spent: 7 }]);
        demandEqual(verdict(await counter.reserve(reservation(key, [sum(key, 3, 10)]))), 'reserved', `the key ${key}`);
        const [reading] = await counter.read(root, [{ kind: 'sum', key }]);
        demandEqual([reading?.key, reading?.used], [key, 10], `what is used of ${key}`);
      }
    },
  },
];
