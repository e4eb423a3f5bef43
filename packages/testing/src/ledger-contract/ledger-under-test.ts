import { isDeepStrictEqual } from 'node:util';
import type { Ledger } from '@ai-proxy/core';
import { demand, shown } from '../contract/contract-check.ts';

/** What a contract of ledgers is checked with. */
export interface LedgerUnderTest {
  /** Opens a ledger that holds nothing; it has room for 2000 calls at least. The check closes it. */
  readonly open: () => Ledger | Promise<Ledger>;
}

/** One thing that a ledger has to get right. */
export interface LedgerCheck {
  /** A sentence, unique in the contract. */
  readonly name: string;
  readonly run: (ledger: Ledger) => Promise<void>;
}

/** Throws where two values differ. */
export function demandEqual(actual: unknown, expected: unknown, what: string): void {
  demand(isDeepStrictEqual(actual, expected), `${what}: expected ${shown(expected)}, got ${shown(actual)}`);
}
