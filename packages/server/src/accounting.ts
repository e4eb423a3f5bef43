import { keyAdmin, keys } from '@ai-proxy/auth';
import { behindMasterKey } from '@ai-proxy/core';
import type { Handler, ProxyOptions } from '@ai-proxy/core';
import { metrics } from '@ai-proxy/logger/prometheus';
import { prices } from '@ai-proxy/logger/prices';
import { accounts, feedback } from '@ai-proxy/logger/reading';
import { behindKey } from './behind-key.ts';
import { refuseMasterKey } from './refuse-master-key.ts';
import type { Stores } from './stores.ts';

/** What the server does with its stores: whom it lets in, what it counts, and what of that can be read and changed. */
export interface Accounting {
  readonly options: Pick<ProxyOptions, 'prices' | 'receipts' | 'policies'>;
  /** `/metrics`, to be mounted there. */
  readonly metrics: Handler;
  /** Administration of keys, what reads the ledger, and what takes feedback for it; nothing without stores. */
  readonly handlers: readonly Handler[];
}

/** Without a master key nobody is asked for a key, and nobody can read the ledger over HTTP. */
export function createAccounting(stores: Stores | undefined, masterKey: string | undefined): Accounting {
  const counts = metrics();
  const shared = { prices: prices() };
  if (!stores) return { options: { ...shared, receipts: [counts] }, metrics: counts.handler, handlers: [] };
  const { ledger, sink } = stores;
  const options = { ...shared, receipts: [counts, sink] };
  if (!stores.keys || masterKey === undefined) return { options, metrics: counts.handler, handlers: [feedback({ ledger })] };
  const { store, counter, objects } = stores.keys;
  return {
    options: { ...options, policies: [keys({ store, counter, ledger, objects, waysIn: [refuseMasterKey(masterKey)] })] },
    metrics: behindMasterKey(counts.handler, { masterKey }),
    handlers: [keyAdmin({ store, counter, ledger, masterKey }), accounts({ ledger, masterKey }), behindKey(feedback({ ledger }), store)],
  };
}
