import { ProxyError } from '@ai-proxy/core';
import type { KeyFilter } from '@ai-proxy/core';
import { demand } from '../contract/contract-check.ts';
import { demandEqual } from '../ledger-contract/ledger-under-test.ts';
import type { KeyStoreCheck } from './key-store-contract.ts';
import { madeUpChange, madeUpKey } from './made-up-keys.ts';

const kinds = [
  { alias: 'one', owner: 'ada', team: 'research' },
  { owner: 'ada', team: 'sales', parent: 'key_0000' },
  { owner: 'bob', team: 'research' },
  {},
];

const filters: readonly (readonly [string, KeyFilter, readonly number[]])[] = [
  ['nothing', {}, [0, 1, 2, 3]],
  ['alias', { alias: 'one' }, [0]],
  ['owner', { owner: 'ada' }, [0, 1]],
  ['team', { team: 'research' }, [0, 2]],
  ['the key above', { parent: 'key_0000' }, [1]],
  ['several at once', { owner: 'ada', team: 'sales' }, [1]],
  ['what no key is', { team: 'resear%' }, []],
];

/** Listings: order, pages, filters. */
export const listingChecks: readonly KeyStoreCheck[] = [
  {
    name: 'gives every key once over the pages, by its id, though others come and go meanwhile',
    async run(store) {
      const numbers = [7, 3, 9, 1, 5, 2, 8, 4, 6, 10, 11];
      for (const number of numbers) await store.put(madeUpKey(number), madeUpChange(number, `key_${number}`));
      const seen: string[] = [];
      let cursor: string | undefined;
      let pages = 0;
      do {
        const page = await store.list({}, cursor, 3);
        seen.push(...page.keys.map(({ id }) => id));
        cursor = page.next;
        pages += 1;
        if (pages === 1) {
          await store.delete('key_0002', madeUpChange(50, 'key_0002'));
          await store.put(madeUpKey(0), madeUpChange(51, 'key_0000'));
        }
      } while (cursor !== undefined && pages < 20);
      demandEqual(
        seen,
        numbers.toSorted((one, other) => one - other).map((number) => madeUpKey(number).id),
        'the ids',
      );
    },
  },
  {
    name: 'names no next page after the last, full or not',
    async run(store) {
      for (const number of [1, 2, 3, 4]) await store.put(madeUpKey(number), madeUpChange(number, `key_${number}`));
      demandEqual((await store.list({}, undefined, 4)).next, undefined, 'after a full page');
      demandEqual((await store.list({}, undefined, 5)).next, undefined, 'after a page with room');
      demandEqual((await store.list({ owner: 'nobody' })).next, undefined, 'after nothing');
    },
  },
  {
    name: 'gives one at least and a thousand at most',
    async run(store) {
      for (let number = 0; number < 1005; number += 1) await store.put(madeUpKey(number), madeUpChange(number, `key_${number}`));
      const sizes = await Promise.all([0, -1, 1_000_000].map(async (limit) => (await store.list({}, undefined, limit)).keys.length));
      demandEqual(sizes, [1, 1, 1000], 'the sizes');
    },
  },
  {
    name: 'refuses a cursor that it has not given out as a mistake of the caller',
    async run(store) {
      for (const cursor of ['', '%', 'x'.repeat(5000)]) {
        for (const asked of [store.list({}, cursor), store.audit({}, cursor)]) {
          const error = await asked.then(
            () => undefined,
            (reason: unknown) => reason,
          );
          demand(
            error instanceof ProxyError && error.status === 400,
            `the cursor "${cursor.slice(0, 20)}" was answered with ${String(error)}`,
          );
        }
      }
    },
  },
  ...filters.map(([title, filter, expected]): KeyStoreCheck => ({
    name: `filters by ${title}`,
    async run(store) {
      for (const [index, kind] of kinds.entries()) await store.put(madeUpKey(index, kind), madeUpChange(index, `key_${index}`));
      demandEqual(
        (await store.list(filter)).keys.map(({ id }) => id),
        expected.map((number) => madeUpKey(number).id),
        'the ids',
      );
    },
  })),
];
