import { bindingContract, bodyParserContract } from '@ai-proxy/testing';
import type { BindingBehindParser, BindingCheck, BindingUnderTest } from '@ai-proxy/testing';
import { describe, test } from 'vitest';

/** Runs the contract of bindings. What one of them lacks is listed with its reason. */
export function describeBindings(bindings: readonly BindingUnderTest[]): void {
  describe.for(bindings.map((binding) => [binding.name, binding] as const))('%s', ([, binding]) => {
    runChecks(bindingContract(binding));
  });
}

/** Runs the contract of bindings that stand behind parsers. */
export function describeParsers(bindings: readonly BindingBehindParser[]): void {
  describe.for(bindings.map((binding) => [binding.name, binding] as const))('%s', ([, binding]) => {
    runChecks(bodyParserContract(binding));
  });
}

/** Runs the checks of a contract, those that are skipped in name only. */
function runChecks(checks: readonly BindingCheck[]): void {
  const titled = checks.map((check) => [check.skip === undefined ? check.name : `${check.name} [${check.skip}]`, check] as const);
  test.for(titled)('%s', async ([, { run, skip }], { expect, skip: leaveOut }) => {
    leaveOut(skip !== undefined, skip);
    await expect(run()).resolves.toBeUndefined();
  });
}
