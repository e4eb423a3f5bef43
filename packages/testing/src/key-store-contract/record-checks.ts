import { demandEqual } from '../ledger-contract/ledger-under-test.ts';
import type { KeyStoreCheck } from './key-store-contract.ts';
import { conflictOf, fullKey, hashOf, madeUpChange, madeUpKey } from './made-up-keys.ts';

/** Keeping, finding and changing. */
export const recordChecks: readonly KeyStoreCheck[] = [
  {
    name: 'gives back all that it was given, found by hash, by id and by alias',
    async run(store) {
      await store.put(madeUpKey(1), madeUpChange(1, 'key_0001'));
      await store.put(fullKey, madeUpChange(2, fullKey.id));
      demandEqual(await store.findByHash(fullKey.hash), fullKey, 'by its hash');
      demandEqual(await store.find(fullKey.id), fullKey, 'by its id');
      demandEqual(await store.findByAlias(fullKey.alias ?? ''), fullKey, 'by its alias');
      demandEqual(await store.find('key_0001'), madeUpKey(1), 'a plain one');
    },
  },
  {
    name: 'finds a key by its earlier hashes',
    async run(store) {
      await store.put(fullKey, madeUpChange(1, fullKey.id));
      for (const { hash } of fullKey.earlier) demandEqual((await store.findByHash(hash))?.id, fullKey.id, `the hash ${hash}`);
    },
  },
  {
    name: 'finds nothing but what it was asked for',
    async run(store) {
      await store.put(fullKey, madeUpChange(1, fullKey.id));
      for (const hash of [
        '',
        fullKey.hash.slice(0, -1),
        fullKey.hash.toUpperCase().replace('4', 'x'),
        `${fullKey.hash}0`,
        fullKey.id,
        '%',
        "' or 1=1 --",
      ]) {
        demandEqual(await store.findByHash(hash), undefined, `the hash ${JSON.stringify(hash)}`);
      }
      for (const id of ['', 'key_', 'key_007%', fullKey.hash, '__proto__'])
        demandEqual(await store.find(id), undefined, `the id ${JSON.stringify(id)}`);
      for (const alias of ['', '%', "' or '1'='1"])
        demandEqual(await store.findByAlias(alias), undefined, `the alias ${JSON.stringify(alias)}`);
    },
  },
  {
    name: 'keeps no second key with an id, a hash or an alias that is taken',
    async run(store) {
      await store.put(fullKey, madeUpChange(1, fullKey.id));
      const cases = [
        [madeUpKey(77, { hash: hashOf(5) }), 'id'],
        [madeUpKey(5, { hash: fullKey.hash }), 'hash'],
        [madeUpKey(5, { hash: fullKey.earlier[0]?.hash ?? '' }), 'hash'],
        [madeUpKey(5, { earlier: [{ hash: fullKey.hash, until: 1 }] }), 'hash'],
        [madeUpKey(5, { alias: fullKey.alias }), 'alias'],
      ] as const;
      for (const [record, reason] of cases)
        demandEqual(await conflictOf(store.put(record, madeUpChange(2, record.id))), reason, 'the conflict');
      demandEqual([(await store.list()).keys.length, (await store.audit()).changes.length], [1, 1], 'keys and accounts');
    },
  },
  {
    name: 'changes a key, and gives it the next version',
    async run(store) {
      await store.put(madeUpKey(1), madeUpChange(1, 'key_0001'));
      const changed = madeUpKey(1, {
        alias: 'new',
        blocked: true,
        hash: hashOf(9),
        earlier: [{ hash: hashOf(1), until: 7 }],
        limits: { parallel: 2 },
      });
      demandEqual(await store.update(changed, madeUpChange(2, 'key_0001', { action: 'update' })), 2, 'the version');
      demandEqual(await store.find('key_0001'), { ...changed, version: 2 }, 'the key');
      demandEqual([(await store.findByHash(hashOf(9)))?.version, (await store.findByHash(hashOf(1)))?.version], [2, 2], 'by both hashes');
      const plain = { ...madeUpKey(1, { hash: hashOf(9) }), version: 2 };
      demandEqual(await store.update(plain, madeUpChange(3, 'key_0001')), 3, 'the version then');
      demandEqual([await store.findByHash(hashOf(1)), await store.findByAlias('new')], [undefined, undefined], 'what it has given up');
    },
  },
  {
    name: 'lets one of several writers win who read the same version',
    async run(store) {
      await store.put(madeUpKey(1), madeUpChange(1, 'key_0001'));
      const writers = Array.from({ length: 8 }, async (_, index) =>
        conflictOf(store.update(madeUpKey(1, { owner: `writer ${index}` }), madeUpChange(index + 2, 'key_0001'))),
      );
      const outcomes = await Promise.all(writers);
      demandEqual(outcomes.toSorted(), ['kept', ...Array.from({ length: 7 }, () => 'version')], 'the outcomes');
      const winner = outcomes.indexOf('kept');
      demandEqual((await store.find('key_0001'))?.owner, `writer ${winner}`, 'whose change it is');
      demandEqual((await store.audit()).changes.length, 2, 'accounts');
    },
  },
  {
    name: 'changes nothing into what another key has, and nothing that is not there',
    async run(store) {
      await store.put(madeUpKey(1, { alias: 'one' }), madeUpChange(1, 'key_0001'));
      await store.put(madeUpKey(2), madeUpChange(2, 'key_0002'));
      const change = madeUpChange(3, 'key_0002');
      demandEqual(await conflictOf(store.update(madeUpKey(2, { alias: 'one' }), change)), 'alias', 'the alias');
      demandEqual(await conflictOf(store.update(madeUpKey(2, { hash: hashOf(1) }), change)), 'hash', 'the hash');
      demandEqual(await conflictOf(store.update(madeUpKey(3), change)), 'version', 'a key that is not there');
      demandEqual(await store.find('key_0002'), madeUpKey(2), 'the key');
    },
  },
  {
    name: 'forgets a key, its hashes and its alias',
    async run(store) {
      await store.put(fullKey, madeUpChange(1, fullKey.id));
      demandEqual(await store.delete(fullKey.id, madeUpChange(2, fullKey.id, { action: 'delete' })), true, 'the first time');
      demandEqual(await store.delete(fullKey.id, madeUpChange(3, fullKey.id, { action: 'delete' })), false, 'the second time');
      const found = [
        await store.find(fullKey.id),
        await store.findByHash(fullKey.hash),
        await store.findByHash(fullKey.earlier[0]?.hash ?? ''),
      ];
      demandEqual([...found, await store.findByAlias(fullKey.alias ?? '')], [undefined, undefined, undefined, undefined], 'what is found');
      demandEqual(await conflictOf(store.update(fullKey, madeUpChange(4, fullKey.id))), 'version', 'a change of it');
      await store.put(fullKey, madeUpChange(5, fullKey.id));
      demandEqual((await store.find(fullKey.id))?.id, fullKey.id, 'one like it, put anew');
    },
  },
];
