import { ledgerContract, madeUpReceipt } from '@ai-proxy/testing';
import { describe, expect, it } from 'vitest';
import { memoryLedger } from '../../src/index.ts';

describe('a ledger in memory', () => {
  it.each(ledgerContract({ open: () => memoryLedger() }).map(({ name, run }) => [name, run] as const))('%s', async (_name, run) => {
    await expect(run()).resolves.toBeUndefined();
  });

  it('forgets the oldest calls when it is full, not what they cost', async () => {
    const ledger = memoryLedger({ calls: 3 });
    for (const id of ['a', 'b', 'c', 'd', 'e']) await ledger.record([madeUpReceipt(id)]);
    expect((await ledger.calls()).calls.map(({ id }) => id)).toEqual(['e', 'd', 'c']);
    expect((await ledger.spend({ by: 'key' })).rows[0]?.calls).toBe(5);
  });

  it('keeps a bounded number of sums, whatever callers call their users', async () => {
    const ledger = memoryLedger({ calls: 1, sums: 20 });
    for (let user = 0; user < 100; user += 1) await ledger.record([madeUpReceipt(`${user}`, { endUser: `user-${user}` })]);
    expect((await ledger.spend({ by: 'endUser' })).rows.length).toBeLessThanOrEqual(20);
  });
});
