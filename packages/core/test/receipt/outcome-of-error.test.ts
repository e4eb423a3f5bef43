import { describe, expect, it } from 'vitest';
import { outcomeOfError } from '../../src/receipt/outcome-of-error.ts';
import { ProxyError } from '../../src/errors/proxy-error.ts';
import type { ErrorSource } from '../../src/errors/proxy-error.ts';
import { toProxyError } from '../../src/errors/to-proxy-error.ts';

const failed = (code: string | null, source: ErrorSource): ProxyError => new ProxyError('failed', { status: 500, code, source });

describe('outcomeOfError', () => {
  it.each([
    ['caller_left', 'caller', 'caller_left'],
    ['provider_unavailable', 'proxy', 'provider_unavailable'],
    ['upstream_connect', 'provider', 'upstream_connect'],
    ['upstream_reset', 'provider', 'upstream_reset'],
    ['upstream_eof', 'provider', 'upstream_eof'],
    ['stream_interrupted', 'provider', 'upstream_eof'],
    ['upstream_garbage', 'provider', 'upstream_garbage'],
    ['upstream_redirect', 'provider', 'upstream_garbage'],
    ['upstream_too_large', 'provider', 'upstream_garbage'],
    ['timeout_connect', 'provider', 'timeout_connect'],
    ['timeout_first_byte', 'provider', 'timeout_first_byte'],
    ['timeout_idle', 'provider', 'timeout_idle'],
    ['timeout_total', 'proxy', 'timeout_total'],
    ['timeout_write', 'caller', 'timeout_write'],
    ['provider_credentials', 'provider', 'provider_error'],
    ['model_not_found', 'caller', 'refused'],
    ['budget_exceeded', 'policy', 'refused'],
    [null, 'provider', 'provider_error'],
    ['internal_error', 'proxy', 'internal_error'],
    ['constructor', 'proxy', 'internal_error'],
    ['__proto__', 'provider', 'provider_error'],
  ] as const)('%s of %s is %s', (code, source, outcome) => {
    expect(outcomeOfError(failed(code, source))).toBe(outcome);
  });

  it('tells a mistake of ours without its words', () => {
    const cause = new Error('the key is sk-secret');
    const error = toProxyError(cause);
    expect(error.message).not.toContain('sk-secret');
    expect({ status: error.status, code: error.code, source: error.source, cause: error.cause }).toEqual({
      status: 500,
      code: 'internal_error',
      source: 'proxy',
      cause,
    });
    expect(outcomeOfError(error)).toBe('internal_error');
  });
});
