// A server with a proxy and a ledger, to be killed: `proxy-process.ts <upstream> <key> <database> <journal>`.
import { createServer } from 'node:http';
import { aiProxy } from '@ai-proxy/connect';
import { createProxy } from '@ai-proxy/core';
import type { Log } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import { ledgerSink, openSql, sqlLedger } from '@ai-proxy/sql';

const [baseURL = '', apiKey = '', database = '', journal = ''] = process.argv.slice(2);
const log: Log = { debug() {}, info() {}, warn() {}, error: console.error };
const sink = ledgerSink(sqlLedger(openSql(database)), { journal, segmentBytes: 20_000, log });
// What was left by those that were killed before.
await sink.ready();

const price = { source: 'made up', rates: { inputPerMillion: 1, outputPerMillion: 3 } };
const proxy = createProxy({
  providers: [mistral({ baseURL, apiKey })],
  log,
  retry: false,
  receipts: [sink],
  prices: { priceOf: () => price },
});
const server = createServer(aiProxy(proxy)).listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' && address !== null ? address.port : 0);
});

process.on('message', () => {
  server.close();
  void proxy.close({ grace: 20_000 }).then(() => process.exit(0));
});
