import { demand } from '../contract/contract-check.ts';
import { demandEqual } from '../ledger-contract/ledger-under-test.ts';
import { rate, verdict } from './counter-under-test.ts';
import type { CounterCheck } from './counter-under-test.ts';

const period = 3000;
const minute = { kind: 'rate', key: 'rpm', period: 60_000 } as const;

/** Amounts over time. */
export const rateChecks: readonly CounterCheck[] = [
  {
    name: 'admits as much in a period as its limit, and says when the next fits',
    async run({ counter, reservation }) {
      for (const id of ['a', 'b', 'c']) demandEqual(verdict(await counter.reserve(reservation(id, [rate('rpm', 1, 3)]))), 'reserved', id);
      const answer = await counter.reserve(reservation('d', [rate('rpm', 1, 3)]));
      demandEqual(verdict(answer), 'refused by rpm', 'one too many');
      const retryIn = answer.kind === 'refused' ? answer.refusals[0]?.retryIn : undefined;
      demand(retryIn !== undefined && retryIn > 0 && retryIn <= 62_000, `it says to come back in ${retryIn} ms`);
    },
  },
  {
    name: 'admits again when a period has passed, as much as before',
    async run({ counter, reservation, pass }) {
      for (const round of [1, 2]) {
        const verdicts: string[] = [];
        for (const id of ['a', 'b', 'c'])
          verdicts.push(verdict(await counter.reserve(reservation(`${round}${id}`, [rate('rate', 1, 2, period)]))));
        demandEqual(verdicts, ['reserved', 'reserved', 'refused by rate'], `round ${round}`);
        await pass(period + period / 30 + 50);
      }
    },
  },
  {
    name: 'holds no time at all out for an amount beyond the limit',
    async run({ counter, reservation }) {
      const answer = await counter.reserve(reservation('a', [rate('rpm', 4, 3)]));
      demandEqual(answer.kind === 'refused' && answer.refusals, [{ key: 'rpm', retryIn: undefined }], 'the refusal');
    },
  },
  {
    name: 'puts the truth in the place of what was reserved, less and more',
    async run({ counter, root, reservation }) {
      const [less, more] = [reservation('less', [rate('rpm', 50, 100)]), reservation('more', [rate('rpm', 50, 100)])];
      await counter.reserve(less);
      await counter.reserve(more);
      await counter.settle(less, { rpm: 20 });
      await counter.settle(more, { rpm: 75 });
      await counter.settle(more, { rpm: 75 });
      demandEqual((await counter.read(root, [minute]))[0]?.used, 95, 'what is used');
    },
  },
  {
    name: 'gives a released amount back, and keeps one that was settled without a truth',
    async run({ counter, root, reservation }) {
      const [one, two] = [reservation('a', [rate('rpm', 5, 10)]), reservation('b', [rate('rpm', 5, 10)])];
      await counter.reserve(one);
      await counter.reserve(two);
      await counter.release(one);
      await counter.settle(two, {});
      demandEqual((await counter.read(root, [minute]))[0]?.used, 5, 'what is used');
    },
  },
  {
    name: 'counts what nobody settles until its period has passed, also when its reservation has expired',
    async run({ counter, root, reservation, pass }) {
      await counter.reserve(reservation('a', [rate('rpm', 5, 10)], 200));
      await pass(300);
      demandEqual((await counter.read(root, [minute]))[0]?.used, 5, 'what is used');
    },
  },
  {
    name: 'says how long anything counts still, and nothing of what it has never seen',
    async run({ counter, root, reservation }) {
      demandEqual(await counter.read(root, [minute]), [{ key: 'rpm', used: 0, reserved: 0, resetIn: 0, openedAt: 0 }], 'before');
      await counter.reserve(reservation('a', [rate('rpm', 1, 3)]));
      const [reading] = await counter.read(root, [minute]);
      demand(
        reading !== undefined && reading.resetIn > 50_000 && reading.resetIn <= 62_000,
        `the time until it is empty is ${reading?.resetIn} ms`,
      );
    },
  },
];
