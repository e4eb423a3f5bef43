import { afterEach, describe, expect, it, vi } from 'vitest';
import { environmentVariable } from '../../src/provider/environment-variable.ts';

const denied = (): never => {
  throw new Error('Requires env access');
};

describe('a variable of the environment', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.unstubAllEnvs();
  });

  it.each([
    ['value', 'value'],
    ['  value\n', 'value'],
    ['', undefined],
    ['  ', undefined],
    [undefined, undefined],
  ])('of %j is %j', (given, expected) => {
    vi.stubEnv('AI_PROXY_TEST', given);
    expect(environmentVariable('AI_PROXY_TEST')).toBe(expected);
  });

  it.each([
    ['there is no process', undefined],
    ['a process has no environment', {}],
    ['the environment may not be read', { env: new Proxy({}, { get: denied }) }],
  ])('is nothing where %s', (_where, process) => {
    vi.stubGlobal('process', process);
    const value = environmentVariable('AI_PROXY_TEST');
    vi.unstubAllGlobals();
    expect(value).toBe(undefined);
  });
});
