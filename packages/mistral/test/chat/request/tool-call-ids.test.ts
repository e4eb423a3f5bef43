import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { toShortId } from '../../../src/chat/request/short-id.ts';
import { createToolCallIds } from '../../../src/chat/request/tool-call-ids.ts';

const short = /^[a-zA-Z0-9]{9}$/;
const anyId = fc.oneof(fc.string(), fc.stringMatching(/^[a-zA-Z0-9]{9}$/), fc.uuid());
const historyOf = (ids: readonly string[]): { role: string; tool_call_id: string }[] =>
  ids.map((id) => ({ role: 'tool', tool_call_id: id }));

describe('ids of tool calls', () => {
  it('keeps what Mistral takes', () => {
    expect(createToolCallIds([])('gSIMJiOkT')).toBe('gSIMJiOkT');
  });

  it('makes nine letters and digits of anything, the same every time', () => {
    fc.assert(
      fc.property(fc.string(), (id) => {
        expect(toShortId(id)).toMatch(short);
        expect(createToolCallIds([])(id)).toBe(createToolCallIds([])(id));
      }),
    );
  });

  it('never makes one of two, whatever ids one request brings', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyId, { maxLength: 30 }), (ids) => {
        const map = createToolCallIds(historyOf(ids));
        const mapped = ids.map(map);
        expect(new Set(mapped).size).toBe(ids.length);
        for (const id of mapped) expect(id).toMatch(short);
        expect(ids.map(map)).toEqual(mapped);
      }),
    );
  });

  it('gives way to an id that is kept, although it comes later', () => {
    const hashed = toShortId('call_1');
    const map = createToolCallIds(historyOf(['call_1', hashed]));
    expect(map(hashed)).toBe(hashed);
    expect(map('call_1')).not.toBe(hashed);
    expect(map('call_1')).toMatch(short);
  });

  it('gives the same ids again when the history has grown', () => {
    const first = createToolCallIds(historyOf(['call_1', 'call_2']));
    const later = createToolCallIds(historyOf(['call_1', 'call_2', 'call_3']));
    expect(['call_1', 'call_2'].map(later)).toEqual(['call_1', 'call_2'].map(first));
  });

  it('spreads well: a hundred thousand like ids give as many hashes', () => {
    const hashes = new Set(Array.from({ length: 100_000 }, (_, index) => toShortId(`call_${index}`)));
    expect(hashes.size).toBe(100_000);
  });
});
