import type { Handler } from '@ai-proxy/core';
import { createKeyFinder } from '../identify/find-key.ts';
import { createKeyLookup } from '../store/key-lookup.ts';
import type { StorePatience } from '../store/guarded-store.ts';
import { asHolder } from './actor.ts';
import type { KeyAdminOptions } from './key-admin.ts';

export type BehindKeyOptions = Pick<KeyAdminOptions, 'store' | 'acceptForeignKeys' | 'patience' | 'now'>;

/** Lets only holders of good keys through to a handler that asks who its caller is, such as the one that takes feedback. */
export function behindKey(handler: Handler, { store, acceptForeignKeys = false, now = Date.now, ...options }: BehindKeyOptions): Handler {
  const patience: StorePatience = { timeout: 5000, failures: 3, probeAfter: 1000, ...options.patience };
  const finder = createKeyFinder({ lookup: createKeyLookup({ store, patience, remembered: 100, now }), acceptForeignKeys, now });
  return async (request) =>
    handler({
      ...request,
      async caller() {
        const { caller } = await finder.grant(await asHolder(request, finder));
        return caller;
      },
    });
}
