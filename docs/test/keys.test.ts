import { keys } from '@ai-proxy/auth';
import type { KeysOptions } from '@ai-proxy/auth';
import { memoryKeyStore } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import { checkedTable, codeInColumn } from './documents.ts';

/** Every option; the compiler complains where one is missing. */
const options: Record<keyof KeysOptions, true> = {
  store: true,
  counter: true,
  ledger: true,
  waysIn: true,
  owners: true,
  teams: true,
  endUsers: true,
  unknownPrice: true,
  bounds: true,
  mediaTokens: true,
  objects: true,
  objectOwner: true,
  stateful: true,
  tenant: true,
  acceptForeignKeys: true,
  queryParameter: true,
  patience: true,
  reservationTtl: true,
  localShare: true,
  ledgerLag: true,
  remembered: true,
  onSoftBudget: true,
  log: true,
  now: true,
};

describe('docs/keys.md', () => {
  it('names every option of keys()', () => {
    expect(codeInColumn(checkedTable('docs/keys.md', 'keys options'), 0)).toEqual(Object.keys(options));
  });

  it.each([
    [{}, 'lets nobody in'],
    [{ storee: memoryKeyStore() }, 'there is no option "storee"; did you mean "store"?'],
    [{ store: memoryKeyStore() as object, teams: { a: { rpm: 5 } } }, 'teams'],
    [{ store: {} }, 'store: expected a store of keys'],
    [{ store: memoryKeyStore(), objects: {} }, 'objects: expected a store of owners: call it, as in objects: memoryOwners()'],
    [{ store: memoryKeyStore(), unknownPrice: 'free' }, 'unknownPrice'],
    [{ store: memoryKeyStore(), localShare: 0 }, 'localShare'],
    [{ store: memoryKeyStore(), patience: { timeout: 0 } }, 'patience.timeout'],
  ])('%j is refused by name', (wrong, words) => {
    expect(() => keys(wrong as KeysOptions)).toThrow(words);
  });
});
