import { describe, expect, it } from 'vitest';
import { ContractViolation, providerContract } from '../../src/index.ts';
import { brokenProviders } from './broken-providers.ts';
import { soundOptions } from './sound-provider.ts';

const soundChecks = providerContract(soundOptions);

describe('the contract of a provider', () => {
  it.each(soundChecks.map(({ name, run }) => [name, run] as const))('lets a sound one pass: %s', async (_, run) => {
    await expect(run()).resolves.toBeUndefined();
  });

  it.each(brokenProviders)('finds a broken one: %s, told as %s', async (name, says, options) => {
    const check = providerContract(options).find((one) => one.name === name);
    const thrown: unknown = await check?.run().catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(Error);
    expect(String(thrown)).toMatch(says);
    // A name is judged by the core's own rule, whose error passes as it is.
    if (!/`v1`/.test(String(thrown))) expect(thrown).toBeInstanceOf(ContractViolation);
  });

  it('has no check that cannot fail', () => {
    const found = new Set(brokenProviders.map(([name]) => name));
    // What holds of the first case is asked of the others by the same code.
    const others = /\((?:tools|two texts)\):/;
    expect(soundChecks.map(({ name }) => name).filter((name) => !found.has(name) && !others.test(name))).toEqual([]);
  });

  it('asks nothing of a provider that has no more than a name and an operation', async () => {
    const { name, system, baseURL, operations, error } = soundOptions.provider;
    const checks = providerContract({ provider: { name, system, baseURL, operations, error }, cases: soundOptions.cases });
    await expect(Promise.all(checks.map(({ run }) => run()))).resolves.toHaveLength(checks.length);
    expect(checks.map((check) => check.name).filter((one) => one.startsWith('native'))).toEqual([]);
  });
});
