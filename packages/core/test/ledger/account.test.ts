import { madeUpReceipt } from '@ai-proxy/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toRecordedCall } from '../../src/ledger/account.ts';
import { fromCursor, toCursor } from '../../src/ledger/cursor.ts';
import { sumCalls } from '../../src/ledger/sums.ts';

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 700 }), fc.constantFrom('\0', '\uD800', '', '🙂'.repeat(300)));
const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(Number.NaN, Infinity, -Infinity, Number.MAX_VALUE));

const receipt = fc
  .record({
    endUser: text,
    key: text,
    modelAsked: text,
    tags: fc.array(text, { maxLength: 100 }),
    totalMs: number,
    inputTokens: number,
    seconds: number,
  })
  .map(({ inputTokens, seconds, ...rest }) => madeUpReceipt('id', { ...rest, usage: { inputTokens, seconds } }));

describe('an account as ledgers keep it', () => {
  it('is storable in any database, whatever was said', () => {
    fc.assert(
      fc.property(receipt, (one) => {
        const call = toRecordedCall(one);
        for (const value of [call.endUser, call.key, call.modelAsked, ...call.tags]) {
          if (value === undefined) continue;
          expect(value.isWellFormed() && !value.includes('\0') && value.length > 0 && value.length <= 256).toBe(true);
        }
        expect(new Set(call.tags).size).toBe(call.tags.length);
        for (const value of [call.usage?.inputTokens ?? 0, Math.round(call.totalMs * 1000)])
          expect(Number.isSafeInteger(value) && value >= 0).toBe(true);
      }),
    );
  });

  it('is the same when it is taken once more', () => {
    fc.assert(
      fc.property(receipt, (one) => {
        const { caller, feedback: _none, ...call } = toRecordedCall(one);
        expect(toRecordedCall({ ...call, caller: caller === undefined ? undefined : { id: caller } })).toEqual({
          ...call,
          caller,
          feedback: undefined,
        });
      }),
    );
  });
});

describe('a cursor', () => {
  it('leads back to its place, whatever the id', () => {
    const place = fc.record({ startedAt: fc.nat(), id: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }) });
    fc.assert(
      fc.property(place, (one) => {
        expect(fromCursor(toCursor(one))).toEqual(one);
      }),
    );
  });
});

describe('sums of calls', () => {
  it('are nothing where the same calls are added and taken away', () => {
    fc.assert(
      fc.property(fc.array(receipt, { maxLength: 5 }), (some) => {
        const calls = some.map(toRecordedCall);
        for (const { calls: count, micros, inputTokens } of sumCalls(calls, calls, 'hour'))
          expect([count, micros, inputTokens]).toEqual([0, 0, 0]);
      }),
    );
  });
});
