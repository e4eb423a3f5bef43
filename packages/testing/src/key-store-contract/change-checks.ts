import { demandEqual } from '../ledger-contract/ledger-under-test.ts';
import type { KeyStoreCheck } from './key-store-contract.ts';
import { conflictOf, madeUpChange, madeUpKey } from './made-up-keys.ts';

/** How instances learn what others have changed. */
export const changeChecks: readonly KeyStoreCheck[] = [
  {
    name: 'tells which keys have changed since a position, of whatever kind the change was',
    async run(store) {
      for (const number of [1, 2, 3]) await store.put(madeUpKey(number), madeUpChange(number, madeUpKey(number).id));
      const { position } = await store.changes();
      demandEqual((await store.changes(position)).ids, [], 'at first');
      await store.update(madeUpKey(1, { blocked: true }), madeUpChange(4, 'key_0001', { action: 'block' }));
      await store.delete('key_0002', madeUpChange(5, 'key_0002', { action: 'delete' }));
      await store.put(madeUpKey(4), madeUpChange(6, 'key_0004'));
      const then = await store.changes(position);
      demandEqual([then.ids.toSorted(), then.all], [['key_0001', 'key_0002', 'key_0004'], false], 'what has changed');
      demandEqual((await store.changes(then.position)).ids, [], 'after that');
      demandEqual((await store.changes(position)).ids.toSorted(), ['key_0001', 'key_0002', 'key_0004'], 'asked again from before');
    },
  },
  {
    name: 'tells nothing of what was not changed after all',
    async run(store) {
      await store.put(madeUpKey(1), madeUpChange(1, 'key_0001'));
      const { position } = await store.changes();
      await conflictOf(store.put(madeUpKey(1), madeUpChange(2, 'key_0001')));
      await conflictOf(store.update(madeUpKey(1, { version: 9 }), madeUpChange(3, 'key_0001')));
      await store.delete('key_0009', madeUpChange(4, 'key_0009'));
      demandEqual((await store.changes(position)).ids, [], 'what has changed');
    },
  },
  {
    name: 'leaves out no change that was done before it was asked, though many write at once',
    async run(store) {
      let { position } = await store.changes();
      const heard = new Set<string>();
      const write = async (number: number): Promise<void> => {
        await store.put(madeUpKey(number), madeUpChange(number, madeUpKey(number).id));
      };
      const listen = async (): Promise<void> => {
        const news = await store.changes(position);
        for (const id of news.ids) heard.add(id);
        ({ position } = news);
      };
      for (let round = 0; round < 10; round += 1) {
        await Promise.all([...Array.from({ length: 10 }, async (_, index) => write(round * 10 + index)), listen(), listen()]);
      }
      await listen();
      demandEqual(heard.size, 100, 'how many were heard of');
    },
  },
  {
    name: 'says of a position that it does not know that everything may have changed',
    async run(store) {
      for (const position of ['', 'x', "' or 1=1"]) demandEqual((await store.changes(position)).all, true, `the position "${position}"`);
    },
  },
  {
    name: 'tells watchers at once, where it tells them at all, until they have heard enough',
    async run(store) {
      if (!store.watch) return;
      const heard: string[] = [];
      const end = store.watch((id) => heard.push(id));
      await store.put(madeUpKey(1), madeUpChange(1, 'key_0001'));
      for (let waits = 0; heard.length === 0 && waits < 200; waits += 1) await new Promise((resolve) => setTimeout(resolve, 10));
      end();
      await store.delete('key_0001', madeUpChange(2, 'key_0001'));
      demandEqual([...new Set(heard)], ['key_0001'], 'what was heard');
    },
  },
];
