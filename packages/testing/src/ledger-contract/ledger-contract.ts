import { ContractViolation } from '../contract/contract-check.ts';
import type { ContractCheck } from '../contract/contract-check.ts';
import { feedbackChecks } from './feedback-checks.ts';
import type { LedgerCheck, LedgerUnderTest } from './ledger-under-test.ts';
import { listingChecks } from './listing-checks.ts';
import { pruneChecks } from './prune-checks.ts';
import { recordChecks } from './record-checks.ts';
import { spendChecks } from './spend-checks.ts';

/**
 * What the proxy relies on in a ledger, as a list of checks for any test runner:
 * `for (const check of ledgerContract({ open })) it(check.name, check.run);` Each opens an empty ledger and closes it.
 */
export function ledgerContract(under: LedgerUnderTest): readonly ContractCheck[] {
  return [...recordChecks, ...listingChecks, ...spendChecks, ...feedbackChecks, ...pruneChecks].map((check) => toCheck(under, check));
}

const toCheck = (under: LedgerUnderTest, { name, run }: LedgerCheck): ContractCheck => ({
  name,
  async run() {
    const ledger = await under.open();
    try {
      await run(ledger);
    } catch (error) {
      if (error instanceof ContractViolation) throw error;
      throw new ContractViolation(error instanceof Error ? error.message : String(error), { cause: error });
    } finally {
      await ledger.close();
    }
  },
});
