import { behindKey, keyAdmin, keys } from '@ai-proxy/auth';
import { behindMasterKey } from '@ai-proxy/core';
import type { Handler, ProxyOptions } from '@ai-proxy/core';
import { metrics } from '@ai-proxy/logger/prometheus';
import { prices } from '@ai-proxy/logger/prices';
import { accounts, feedback } from '@ai-proxy/logger/reading';
import { ledgerSink } from '@ai-proxy/sql';
import type { LedgerSink } from '@ai-proxy/sql';
import { refuseMasterKey } from './refuse-master-key.ts';
import type { Stores } from './stores.ts';

/** What the server does with its stores: whom it lets in, what it counts, and what of that can be read and changed. */
export interface Accounting {
  readonly options: Pick<ProxyOptions, 'prices' | 'receipts' | 'policies'>;
  /** `/metrics`, to be mounted there. */
  readonly metrics: Handler;
  /** Where accounts of calls go; nothing without stores. */
  readonly sink: LedgerSink | undefined;
  /** Administration of keys, what reads the ledger, and what takes feedback for it; nothing without stores. */
  readonly handlers: readonly Handler[];
}

/** Without a master key nobody is asked for a key, and nobody can read the ledger over HTTP. */
export function createAccounting(stores: Stores | undefined, masterKey: string | undefined): Accounting {
  const counts = metrics();
  const shared = { prices: prices() };
  if (!stores) return { options: { ...shared, receipts: [counts] }, metrics: counts.handler, sink: undefined, handlers: [] };
  const { ledger, journal } = stores;
  if (!stores.keys || masterKey === undefined) {
    const sink = ledgerSink(ledger, { journal });
    return { options: { ...shared, receipts: [counts, sink] }, metrics: counts.handler, sink, handlers: [feedback({ ledger })] };
  }
  const { store, counter, objects } = stores.keys;
  const guard = keys({ store, counter, ledger, objects, waysIn: [refuseMasterKey(masterKey)] });
  // What a server that died has spent counts in the budgets that are open here.
  const sink = ledgerSink(ledger, { journal, onAdopted: guard.countAdopted });
  return {
    options: { ...shared, receipts: [counts, sink], policies: [guard] },
    sink,
    metrics: behindMasterKey(counts.handler, { masterKey }),
    handlers: [
      keyAdmin({ store, counter, ledger, masterKey }),
      accounts({ ledger, masterKey }),
      behindKey(feedback({ ledger }), { store }),
    ],
  };
}
