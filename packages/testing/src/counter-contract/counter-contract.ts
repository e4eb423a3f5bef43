import { ContractViolation } from '../contract/contract-check.ts';
import type { ContractCheck } from '../contract/contract-check.ts';
import type { CounterCheck, CounterScene, CounterUnderTest } from './counter-under-test.ts';
import { concurrencyChecks } from './concurrency-checks.ts';
import { gaugeAndLeaseChecks } from './gauge-and-lease-checks.ts';
import { rateChecks } from './rate-checks.ts';
import { sumChecks } from './sum-checks.ts';

/**
 * What the proxy relies on in a counter, as a list of checks for any test runner:
 * `for (const check of counterContract({ open, pass })) it(check.name, check.run);` See also `checkAgainstOracle`.
 */
export function counterContract(under: CounterUnderTest): readonly ContractCheck[] {
  return [...sumChecks, ...rateChecks, ...gaugeAndLeaseChecks, ...concurrencyChecks].map((check) => toCheck(under, check));
}

const toCheck = (under: CounterUnderTest, { name, run }: CounterCheck): ContractCheck => ({
  name,
  async run() {
    const [counter, other] = [await under.open(), await under.open()];
    const root = `contract ${crypto.randomUUID()}`;
    const scene: CounterScene = {
      counter,
      other,
      root,
      pass: async (milliseconds) => under.pass(milliseconds),
      reservation: (id, windows, ttl = 60_000) => ({ id, root, ttl, windows }),
      used: async (...windows) => (await counter.read(root, windows)).map((reading) => reading?.used),
    };
    try {
      await run(scene);
    } catch (error) {
      if (error instanceof ContractViolation) throw error;
      throw new ContractViolation(error instanceof Error ? error.message : String(error), { cause: error });
    } finally {
      await Promise.all([counter.close(), other.close()]);
    }
  },
});
