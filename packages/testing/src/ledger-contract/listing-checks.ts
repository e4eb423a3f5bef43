import { ProxyError } from '@ai-proxy/core';
import type { CallFilter, Ledger } from '@ai-proxy/core';
import { demand } from '../contract/contract-check.ts';
import { demandEqual } from './ledger-under-test.ts';
import type { LedgerCheck } from './ledger-under-test.ts';
import { idOf, madeUpReceipt, noon } from './made-up-receipts.ts';

/** Listings: order, pages, filters. */
export const listingChecks: readonly LedgerCheck[] = [
  {
    name: 'lists the newest first, those of one moment by their ids',
    async run(ledger) {
      const starts = [5, 3, 3, 3, 9, 1];
      await ledger.record(starts.map((start, index) => madeUpReceipt(idOf(index), { startedAt: noon + start })));
      demandEqual(
        (await ledger.calls()).calls.map(({ id }) => id),
        [4, 0, 3, 2, 1, 5].map(idOf),
        'the order',
      );
    },
  },
  {
    name: 'gives every call once over the pages, though newer ones come meanwhile',
    async run(ledger) {
      await ledger.record(
        Array.from({ length: 25 }, (_, index) => madeUpReceipt(idOf(index), { startedAt: noon + Math.floor(index / 4) })),
      );
      const seen: string[] = [];
      let cursor: string | undefined;
      let pages = 0;
      do {
        const page = await ledger.calls({ key: 'key-1' }, cursor, 4);
        seen.push(...page.calls.map(({ id }) => id));
        cursor = page.next;
        pages += 1;
        await ledger.record([madeUpReceipt(idOf(100 + pages), { startedAt: noon + 1000 })]);
      } while (cursor !== undefined && pages < 50);
      demandEqual(
        seen,
        Array.from({ length: 25 }, (_, index) => idOf(24 - index)),
        'the ids',
      );
      demandEqual(pages, 7, 'pages');
    },
  },
  {
    name: 'names no next page after the last, full or not',
    async run(ledger) {
      await ledger.record([1, 2, 3, 4].map((number) => madeUpReceipt(idOf(number))));
      demandEqual((await ledger.calls({}, undefined, 4)).next, undefined, 'the cursor after a full page');
      demandEqual((await ledger.calls({}, undefined, 5)).next, undefined, 'the cursor after a page with room');
      demandEqual((await ledger.calls({ key: 'nobody' })).next, undefined, 'the cursor after nothing');
    },
  },
  {
    name: 'gives 50 calls where no number is asked for, 1000 at most, one at least',
    async run(ledger) {
      await ledger.record(Array.from({ length: 1010 }, (_, index) => madeUpReceipt(idOf(index))));
      const sizes = [undefined, 1_000_000, 0, -3].map(async (limit) => (await ledger.calls({}, undefined, limit)).calls.length);
      demandEqual(await Promise.all(sizes), [50, 1000, 1, 1], 'the sizes');
    },
  },
  {
    name: 'refuses a cursor that it has not given out as a mistake of the caller',
    async run(ledger) {
      for (const cursor of ['', 'x', '1', '1.', '.1', '1.%', '-1.a', "1'.a"]) {
        const error = await ledger.calls({}, cursor).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        demand(error instanceof ProxyError && error.status === 400, `the cursor "${cursor}" was answered with ${String(error)}`);
      }
    },
  },
  ...filters().map(([title, filter, expected]): LedgerCheck => ({
    name: `filters by ${title}`,
    async run(ledger) {
      await recordKinds(ledger);
      const ids = (await ledger.calls(filter)).calls.map(({ id }) => id);
      demandEqual(ids.toSorted(), expected.map(idOf).toSorted(), `the calls of ${JSON.stringify(filter)}`);
    },
  })),
];

function filters(): readonly (readonly [string, CallFilter, readonly number[]])[] {
  return [
    ['nothing', {}, [0, 1, 2, 3]],
    ['key', { key: 'key-2' }, [1]],
    ['team', { team: 'sales' }, [2]],
    ['caller', { caller: 'bob' }, [1, 2]],
    ['end user', { endUser: 'reader-8' }, [3]],
    ['the model that served', { model: 'devstral-latest' }, [0, 3]],
    ['provider', { provider: 'local' }, [2]],
    ['a good outcome', { outcome: 'ok' }, [0, 3]],
    ['another outcome', { outcome: 'upstream_reset' }, [1]],
    ['tag', { tag: 'batch' }, [0, 1, 2]],
    ['a tag whose like there is', { tag: 'batc%' }, []],
    ['the first moment that counts', { from: noon + 20 }, [2, 3]],
    ['the first moment that does not', { to: noon + 20 }, [0, 1]],
    ['a span', { from: noon + 10, to: noon + 30 }, [1, 2]],
    ['several at once', { caller: 'bob', tag: 'night', from: noon, outcome: 'upstream_reset' }, [1]],
    ['what no call is', { key: 'nobody' }, []],
  ];
}

async function recordKinds(ledger: Ledger): Promise<void> {
  await ledger.record([
    madeUpReceipt(idOf(0), { startedAt: noon, modelServed: 'devstral-latest' }),
    madeUpReceipt(idOf(1), { startedAt: noon + 10, key: 'key-2', caller: { id: 'bob' }, outcome: 'upstream_reset' }),
    madeUpReceipt(idOf(2), { startedAt: noon + 20, team: 'sales', caller: { id: 'bob' }, provider: 'local', outcome: 'refused' }),
    madeUpReceipt(idOf(3), { startedAt: noon + 30, endUser: 'reader-8', tags: [], modelServed: 'devstral-latest' }),
  ]);
}
