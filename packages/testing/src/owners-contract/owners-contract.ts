import { ContractViolation } from '../contract/contract-check.ts';
import type { ContractCheck } from '../contract/contract-check.ts';
import { ownersChecks } from './owners-checks.ts';

/** A store of owners, as `keys()` of `@ai-proxy/auth` uses it. */
export interface OwnersStore {
  readonly name: string;
  record(objects: readonly MadeUpObject[]): Promise<readonly string[]>;
  find(objects: readonly Omit<MadeUpObject, 'owner'>[]): Promise<readonly (string | undefined)[]>;
  forget(objects: readonly Omit<MadeUpObject, 'owner'>[]): Promise<void>;
  count(of: Omit<MadeUpObject, 'id'>): Promise<number>;
  list(owner: string, cursor?: string, size?: number): Promise<{ readonly objects: readonly MadeUpObject[]; readonly next?: string }>;
  close(): Promise<void>;
}

export interface MadeUpObject {
  readonly provider: string;
  readonly kind: string;
  readonly id: string;
  readonly owner: string;
}

/** What a contract of stores of owners is checked with. */
export interface OwnersUnderTest {
  /** Opens a store that holds nothing. The check closes it. */
  readonly open: () => OwnersStore | Promise<OwnersStore>;
}

/**
 * What the proxy relies on in a store that remembers to whom objects belong, as a list of checks for any test runner:
 * `for (const check of ownersContract({ open })) it(check.name, check.run);` Each opens an empty store and closes it.
 */
export function ownersContract(under: OwnersUnderTest): readonly ContractCheck[] {
  return ownersChecks.map(({ name, run }) => ({
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
