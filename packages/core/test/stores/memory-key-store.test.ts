import { keyStoreContract, madeUpChange, madeUpKey } from '@ai-proxy/testing';
import { describe, expect, it } from 'vitest';
import { memoryKeyStore } from '../../src/stores/memory-key-store.ts';

describe('memoryKeyStore', () => {
  it.each(keyStoreContract({ open: () => memoryKeyStore() }).map(({ name, run }) => [name, run] as const))('%s', async (_name, run) => {
    await expect(run()).resolves.toBeUndefined();
  });

  it('says that everything may have changed where it has forgotten what has', async () => {
    const store = memoryKeyStore({ changes: 3 });
    const { position } = await store.changes();
    for (const number of [1, 2, 3]) await store.put(madeUpKey(number), madeUpChange(number, madeUpKey(number).id));
    expect((await store.changes(position)).ids).toEqual(['key_0001', 'key_0002', 'key_0003']);
    await store.put(madeUpKey(4), madeUpChange(4, 'key_0004'));
    expect(await store.changes(position)).toMatchObject({ all: true, ids: [] });
    expect((await store.audit()).changes).toHaveLength(3);
  });

  it('knows no position of another store', async () => {
    const { position } = await memoryKeyStore().changes();
    expect((await memoryKeyStore().changes(position)).all).toBe(true);
  });
});
