import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKey, hashKey, keyAdmin, keys } from '@ai-proxy/auth';
import { aiProxy, mount } from '@ai-proxy/connect';
import { createProxy } from '@ai-proxy/core';
import type { Counter, KeyLimits, KeyStore, Ledger, Receipt } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import { ledgerSink } from '@ai-proxy/sql';
import { madeUpChange, madeUpKey, startMistralSimulator } from '@ai-proxy/testing';
import connect from 'connect';
import { quiet } from './quiet.ts';

/** The stores of a gateway, and what lets go of what they hold open. */
export interface Stores {
  readonly store: KeyStore;
  readonly counter: Counter;
  readonly ledger: Ledger;
  close(): Promise<void>;
}

/** A proxy with keys and their administration behind a real server, in front of a simulated Mistral. */
export interface Gateway extends Stores {
  readonly url: string;
  readonly masterKey: string;
  /** What every call has used, as the proxy itself says. */
  readonly receipts: readonly Receipt[];
  /** Keeps a key and says its text. */
  addKey(id: string, limits: KeyLimits): Promise<string>;
  /** Hands over to the ledger what waits; false where it is away. */
  handOver(): Promise<boolean>;
}

/** Speaks slowly. */
export const slowModel = 'mistral-medium-latest';
export const fastModel = 'mistral-small-latest';

export async function startGateway(stores: Stores): Promise<Gateway> {
  const { store, counter, ledger } = stores;
  const upstream = await startMistralSimulator({ behaviours: { [slowModel]: { tokensPerSecond: 8 } }, requestLimit: 1 });
  const journal = await mkdtemp(join(tmpdir(), 'ai-proxy-outages-'));
  const masterKey = 'sk-master-key-of-this-test-alone';
  const receipts: Receipt[] = [];
  const guard = keys({ store, counter, ledger, log: quiet });
  const sink = ledgerSink(ledger, { journal, log: quiet, onAdopted: guard.countAdopted });
  const price = { source: 'made up', rates: { inputPerMillion: 1_000, outputPerMillion: 3_000 } };
  const proxy = createProxy({
    providers: [mistral({ baseURL: upstream.url, apiKey: upstream.apiKey })],
    log: quiet,
    policies: [guard],
    receipts: [sink],
    prices: { priceOf: () => price },
    onReceipt: (receipt) => void receipts.push(receipt),
  });
  const app = connect()
    .use('/ai', aiProxy(proxy))
    .use(mount(keyAdmin({ store, counter, ledger, masterKey })));
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  let made = 0;

  return {
    ...stores,
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    masterKey,
    receipts,
    async addKey(id, limits) {
      const key = createKey();
      const number = (made += 1);
      const record = madeUpKey(number, { id, hash: await hashKey(key), alias: id, owner: undefined, team: undefined, limits, tags: [] });
      // On a machine that has other things to do a store may be late, and have done what it was asked.
      for (let tries = 1; (await store.find(id).catch(() => undefined)) === undefined; tries += 1) {
        const problem: unknown = await store.put(record, madeUpChange(number, id)).catch((error: unknown) => error);
        if (tries === 10) throw problem;
      }
      return key;
    },
    handOver: async () => sink.ready(),
    async close() {
      server.close();
      server.closeAllConnections();
      await proxy.close({ grace: 2000 });
      await upstream.close();
      await stores.close();
      await rm(journal, { recursive: true, force: true });
    },
  };
}
