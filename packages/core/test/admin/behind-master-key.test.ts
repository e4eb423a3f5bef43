import { describe, expect, it, vi } from 'vitest';
import { behindMasterKey } from '../../src/admin/behind-master-key.ts';
import type { Handler } from '../../src/index.ts';
import type { MasterKeyOptions } from '../../src/admin/behind-master-key.ts';
import { makeRequest } from '../fixtures/make-request.ts';

const key = 'sk-master-0123456789';
const ok = { status: 200, headers: {}, body: 'secret figures' };

function open(options: MasterKeyOptions = { masterKey: key }): { ask(headers: Record<string, string>): Promise<unknown>; asked(): number } {
  const handler = vi.fn<Handler>(async () => ok);
  const guarded = behindMasterKey(handler, options);
  return { ask: (headers) => guarded(makeRequest('/spend', undefined, { headers })), asked: () => handler.mock.calls.length };
}

describe('behindMasterKey', () => {
  it.each([{ authorization: `Bearer ${key}` }, { authorization: `bearer  ${key}` }, { 'x-api-key': key }])(
    'lets the key in: %j',
    async (headers) => {
      expect(await open().ask(headers)).toBe(ok);
    },
  );

  it('asks a function for the key at each request', async () => {
    const { ask } = open({ masterKey: async () => key });
    expect(await ask({ 'x-api-key': key })).toBe(ok);
  });

  it.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['an empty key', { 'x-api-key': '' }],
    ['another key', { authorization: 'Bearer sk-other' }],
    ['a key with one letter wrong', { authorization: `Bearer ${key.slice(0, -1)}8` }],
    ['the beginning of the key', { authorization: `Bearer ${key.slice(0, -1)}` }],
    ['the key and more', { authorization: `Bearer ${key}0` }],
    ['the key by another scheme', { authorization: `Basic ${key}` }],
  ])('keeps out who presents %s', async (_what, headers) => {
    const { ask, asked } = open();
    await expect(ask(headers)).rejects.toMatchObject({ status: 401, code: 'invalid_master_key' });
    expect(asked()).toBe(0);
  });

  it.each<[string, MasterKeyOptions]>([
    ['an empty one', { masterKey: '' }],
    ['an empty one, later', { masterKey: async () => '' }],
    ['none', {}],
  ])('lets nobody in where the key is %s', async (_what, options) => {
    const { ask, asked } = open(options);
    await expect(ask({ authorization: 'Bearer ' })).rejects.toMatchObject({ status: 503, code: 'not_configured' });
    await expect(ask({ 'x-api-key': '' })).rejects.toMatchObject({ status: 503 });
    expect(asked()).toBe(0);
  });

  it('lets nobody in where the key cannot be had', async () => {
    const { ask, asked } = open({ masterKey: () => Promise.reject(new Error('vault sealed')) });
    await expect(ask({ 'x-api-key': key })).rejects.toThrow('vault sealed');
    expect(asked()).toBe(0);
  });
});
