import { demandEqual } from './ledger-under-test.ts';
import type { LedgerCheck } from './ledger-under-test.ts';
import { day, hour, idOf, madeUpReceipt, noon } from './made-up-receipts.ts';

const midnight = noon - 12 * hour;

/** What is forgotten, and what stays known of it. */
export const pruneChecks: readonly LedgerCheck[] = [
  {
    name: 'forgets calls that started before a moment, with all that belongs to them',
    async run(ledger) {
      await ledger.record([0, 1, 2, 3].map((number) => madeUpReceipt(idOf(number), { startedAt: noon + number, tags: ['old'] })));
      await ledger.feedback(idOf(0), { value: 1 });
      demandEqual((await ledger.prune({ before: noon + 2 })).calls, 2, 'calls that were forgotten');
      demandEqual(
        (await ledger.calls({ tag: 'old' })).calls.map(({ id }) => id),
        [3, 2].map(idOf),
        'calls that are left',
      );
      demandEqual([await ledger.call(idOf(0)), (await ledger.call(idOf(2)))?.tags], [undefined, ['old']], 'one of each');
      demandEqual((await ledger.prune({ before: noon + 2 })).calls, 0, 'calls that were forgotten by a second time');
    },
  },
  {
    name: 'forgets more calls than one step takes',
    async run(ledger) {
      await ledger.record(Array.from({ length: 1203 }, (_, index) => madeUpReceipt(idOf(index), { startedAt: noon + index })));
      demandEqual((await ledger.prune({ before: noon + 1200 })).calls, 1200, 'calls that were forgotten');
      demandEqual((await ledger.calls()).calls.length, 3, 'calls that are left');
    },
  },
  {
    name: 'knows after that what was spent, by the day where the hours are forgotten',
    async run(ledger) {
      const starts = [midnight + hour, noon, noon + hour, midnight + day + hour];
      await ledger.record(starts.map((startedAt, index) => madeUpReceipt(idOf(index), { startedAt })));
      await ledger.prune({ before: noon + 10 });
      const all = await ledger.spend({ by: 'key' });
      demandEqual(all.rows[0]?.calls, 4, 'calls in all');
      const early = await ledger.spend({ by: 'key', from: midnight + 2 * hour, to: midnight + 3 * hour });
      demandEqual([early.from, early.to, early.rows[0]?.calls], [midnight, midnight + day, 3], 'the day in which hours were pruned');
      const late = await ledger.spend({ by: 'key', from: noon, to: noon + 2 * hour });
      demandEqual([late.from, late.to, late.rows[0]?.calls], [noon, noon + 2 * hour, 2], 'the hours that are left');
      const hours = await ledger.spend({ by: 'key', from: midnight, to: noon + 2 * hour, per: 'hour' });
      demandEqual([hours.from, hours.rows.map(({ at }) => at)], [noon, [noon, noon + hour]], 'the hours, one by one');
    },
  },
  {
    name: 'forgets days only where it is told to',
    async run(ledger) {
      await ledger.record([0, 1, 2].map((number) => madeUpReceipt(idOf(number), { startedAt: noon + number * day })));
      await ledger.prune({ before: noon + 3 * day, days: noon + day });
      const { rows } = await ledger.spend({ by: 'key', per: 'day' });
      demandEqual(
        rows.map(({ at }) => at),
        [midnight + day, midnight + 2 * day],
        'the days that are left',
      );
    },
  },
  {
    name: 'goes on recording while it forgets',
    async run(ledger) {
      await ledger.record(Array.from({ length: 700 }, (_, index) => madeUpReceipt(idOf(index), { startedAt: noon - day })));
      const pruned = ledger.prune({ before: noon });
      const fresh = Array.from({ length: 20 }, (_, index) => madeUpReceipt(idOf(10_000 + index)));
      await Promise.all(fresh.map(async (receipt) => ledger.record([receipt])));
      demandEqual((await pruned).calls, 700, 'calls that were forgotten');
      demandEqual((await ledger.calls({}, undefined, 1000)).calls.length, 20, 'calls that are left');
    },
  },
];
