import { dirname, join } from 'node:path';
import { metrics } from '@ai-proxy/logger/prometheus';
import { prices } from '@ai-proxy/logger/prices';
import { accounts, feedback } from '@ai-proxy/logger/reading';
import type { Handler, ProxyOptions } from '@ai-proxy/core';
import { ledgerSink, openSql, sqlLedger } from '@ai-proxy/sql';
import type { ServerSettings } from './server-settings.ts';

/** What the server knows of its calls: their cost, their counts, and the ledger where there is one. */
export interface Accounting {
  readonly options: Pick<ProxyOptions, 'prices' | 'receipts'>;
  /** `/metrics`, to be mounted there. */
  readonly metrics: Handler;
  /** What reads the ledger, and takes feedback for it; nothing without one. */
  readonly handlers: readonly Handler[];
  /** Where the ledger is, without a password; nothing without one. */
  readonly ledger: string | undefined;
  /** Takes over what a server that died has left in the journal; not waited for, because the ledger may be away. */
  begin(): void;
  /** After the proxy has closed. */
  close(): Promise<void>;
}

export function openAccounting({ database, journal, masterKey }: ServerSettings): Accounting {
  const counts = metrics();
  const shared = { prices: prices() };
  if (database === undefined) {
    return {
      options: { ...shared, receipts: [counts] },
      metrics: counts.handler,
      handlers: [],
      ledger: undefined,
      begin: () => {},
      close: async () => {},
    };
  }
  const sql = openSql(database);
  const ledger = sqlLedger(sql);
  const sink = ledgerSink(ledger, { journal: journal ?? journalBeside(database) });
  return {
    options: { ...shared, receipts: [counts, sink] },
    metrics: counts.handler,
    handlers: [...(masterKey === undefined ? [] : [accounts({ ledger, masterKey })]), feedback({ ledger })],
    ledger: withoutPassword(database),
    begin: () => void sink.ready(),
    async close() {
      await ledger.close();
      await sql.close();
    },
  };
}

/** The journal of an embedded database stands beside its file; a server's in the working directory. */
const journalBeside = (database: string): string =>
  join(database.startsWith('sqlite:') ? dirname(database.slice('sqlite:'.length)) : '.', 'ai-proxy-journal');

const withoutPassword = (database: string): string => database.replace(/^(postgres(?:ql)?:\/\/[^:@/]*):[^@/]*@/, '$1:…@');
