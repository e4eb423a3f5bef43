import { expect, it, vi } from 'vitest';
import { ProxyError } from '../../src/index.ts';

it('is known across two copies of the package, and nothing else is', async () => {
  vi.resetModules();
  const other = await import('../../src/errors/proxy-error.ts');
  const error = new other.ProxyError('gone', { status: 499, code: 'caller_left' });
  expect(other.ProxyError).not.toBe(ProxyError);
  expect(error instanceof ProxyError).toBe(true);
  expect(
    [new Error('x'), { name: 'ProxyError', status: 499 }, null, undefined, 'ProxyError'].map(
      (value: unknown) => value instanceof ProxyError,
    ),
  ).toEqual([false, false, false, false, false]);
});
