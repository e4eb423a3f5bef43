import { demandEqual } from '../ledger-contract/ledger-under-test.ts';
import type { KeyStoreCheck } from './key-store-contract.ts';
import { madeUpChange, madeUpKey, morning } from './made-up-keys.ts';

/** Who has changed what. */
export const accountChecks: readonly KeyStoreCheck[] = [
  {
    name: 'keeps the account of every change, the newest first, word for word',
    async run(store) {
      const changes = [
        madeUpChange(1, 'key_0001', { after: { alias: 'für "Zoë" 🔑', limits: { budgets: [{ limit: 5 }] } } }),
        madeUpChange(2, 'key_0001', { action: 'block', by: 'key_0007', before: { blocked: false }, after: { blocked: true } }),
        madeUpChange(3, 'key_0001', { action: 'delete', before: { blocked: true }, after: {} }),
      ] as const;
      await store.put(madeUpKey(1), changes[0]);
      await store.update(madeUpKey(1, { blocked: true }), changes[1]);
      await store.delete('key_0001', changes[2]);
      demandEqual((await store.audit()).changes, changes.toReversed(), 'the accounts');
    },
  },
  {
    name: 'filters accounts by key, by who made the change, and by time, page by page',
    async run(store) {
      for (let number = 0; number < 20; number += 1) {
        await store.put(madeUpKey(number), madeUpChange(number, madeUpKey(number).id, { by: number % 2 ? 'operator' : 'key_0007' }));
      }
      demandEqual(
        (await store.audit({ key: 'key_0003' })).changes.map(({ id }) => id),
        ['change_000003'],
        'by key',
      );
      demandEqual((await store.audit({ by: 'key_0007' })).changes.length, 10, 'by who');
      demandEqual(
        (await store.audit({ from: morning + 5, to: morning + 8 })).changes.map(({ at }) => at - morning),
        [7, 6, 5],
        'by time',
      );
      const seen: number[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.audit({ by: 'operator' }, cursor, 3);
        seen.push(...page.changes.map(({ at }) => at - morning));
        cursor = page.next;
      } while (cursor !== undefined && seen.length < 50);
      demandEqual(seen, [19, 17, 15, 13, 11, 9, 7, 5, 3, 1], 'over the pages');
    },
  },
];
