import type { ContractCheck } from './contract-check.ts';
import type { ProviderContractOptions } from './contract-options.ts';
import { coverageChecks } from './coverage-checks.ts';
import { errorChecks } from './error-checks.ts';
import { fileChecks } from './file-checks.ts';
import { identityChecks } from './identity-checks.ts';
import { modelChecks } from './model-checks.ts';
import { nativeChecks } from './native-checks.ts';
import { nativeStreamChecks } from './native-stream-checks.ts';
import { requestChecks } from './request-checks.ts';
import { responseChecks } from './response-checks.ts';
import { streamChecks } from './stream-checks.ts';

/**
 * What the proxy relies on in a provider, as a list of checks for any test runner:
 * `for (const check of providerContract({ provider, cases })) it(check.name, check.run);`
 */
export function providerContract(options: ProviderContractOptions): readonly ContractCheck[] {
  return [
    ...identityChecks(options.provider),
    ...coverageChecks(options),
    ...options.cases.flatMap((one) => [
      ...fileChecks(options.provider, one),
      ...requestChecks(options.provider, one),
      ...responseChecks(options.provider, one),
      ...streamChecks(options.provider, one),
    ]),
    ...errorChecks(options),
    ...modelChecks(options),
    ...nativeChecks(options),
    ...nativeStreamChecks(options),
  ];
}
