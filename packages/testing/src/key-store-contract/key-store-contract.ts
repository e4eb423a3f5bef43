import type { KeyStore } from '@ai-proxy/core';
import { ContractViolation } from '../contract/contract-check.ts';
import type { ContractCheck } from '../contract/contract-check.ts';
import { accountChecks } from './account-checks.ts';
import { changeChecks } from './change-checks.ts';
import { listingChecks } from './listing-checks.ts';
import { recordChecks } from './record-checks.ts';

/** What a contract of key stores is checked with. */
export interface KeyStoreUnderTest {
  /** Opens a store that holds nothing. The check closes it. */
  readonly open: () => KeyStore | Promise<KeyStore>;
}

/** One thing that a store of keys has to get right. */
export interface KeyStoreCheck {
  /** A sentence, unique in the contract. */
  readonly name: string;
  readonly run: (store: KeyStore) => Promise<void>;
}

/**
 * What the proxy relies on in a store of keys, as a list of checks for any test runner:
 * `for (const check of keyStoreContract({ open })) it(check.name, check.run);` Each opens an empty store and closes it.
 */
export function keyStoreContract(under: KeyStoreUnderTest): readonly ContractCheck[] {
  return [...recordChecks, ...listingChecks, ...changeChecks, ...accountChecks].map(({ name, run }) => ({
    name,
    async run() {
      const store = await under.open();
      try {
        await run(store);
      } catch (error) {
        if (error instanceof ContractViolation) throw error;
        throw new ContractViolation(error instanceof Error ? error.message : String(error), { cause: error });
      } finally {
        await store.close();
      }
    },
  }));
}
