import { describe, expect, it } from 'vitest';
import type { Outcome, Usage } from '../../src/index.ts';
import { CallMeter } from '../../src/metering/meter.ts';

const asked = (meter: CallMeter): void => meter.asked();
const taken = (meter: CallMeter): void => {
  meter.asked();
  meter.taken();
};
const seen =
  (bytes: number) =>
  (meter: CallMeter): void => {
    taken(meter);
    meter.saw(bytes);
  };
const refused = (meter: CallMeter): void => {
  meter.asked();
  meter.refused();
};
const repeated = (meter: CallMeter): void => {
  meter.begin(3);
  taken(meter);
  meter.watch(() => 35);
};
const again = (meter: CallMeter): void => {
  seen(35)(meter);
  meter.begin();
};

type Row = readonly [
  what: string,
  past: (meter: CallMeter) => void,
  outcome: Outcome,
  stated: Usage | undefined,
  expected: Usage | undefined,
  by?: string,
];

describe('a meter', () => {
  const rows: readonly Row[] = [
    ['of a call that never went up', () => undefined, 'caller_left', undefined, undefined],
    ['of one that nobody answered, and nobody waits for', asked, 'caller_left', undefined, { inputTokens: 10 }, 'request'],
    ['of one that was not answered in time', asked, 'timeout_first_byte', undefined, { inputTokens: 10 }, 'request'],
    ['of one whose connection broke unanswered', asked, 'upstream_reset', undefined, undefined],
    ['of one that was refused', refused, 'caller_left', undefined, undefined],
    ['of one that broke off before its first word', taken, 'upstream_eof', undefined, undefined],
    ['of one that broke off behind it', seen(35), 'upstream_eof', undefined, { inputTokens: 10, outputTokens: 10 }, 'request and answer'],
    ['of one whose input was stated', seen(35), 'upstream_eof', { inputTokens: 7 }, { inputTokens: 7, outputTokens: 10 }, 'answer'],
    [
      'of one whose zeros cannot be',
      seen(1),
      'ok',
      { inputTokens: 0, outputTokens: 0 },
      { inputTokens: 10, outputTokens: 1 },
      'request and answer',
    ],
    ['of one whose prompt was cached', seen(35), 'ok', { inputTokens: 0, outputTokens: 4 }, undefined],
    ['of one that was stated', seen(35), 'caller_left', { inputTokens: 7, outputTokens: 4 }, undefined],
    ['of one that counts texts alone', taken, 'ok', { items: 2 }, { items: 2, inputTokens: 10 }, 'request'],
    [
      'of several requests for one answer each',
      repeated,
      'caller_left',
      undefined,
      { inputTokens: 30, outputTokens: 10 },
      'request and answer',
    ],
    ['that begins again', again, 'caller_left', undefined, undefined],
  ];

  it.each(rows.map(([what, past, outcome, stated, expected, by]) => ({ what, past, outcome, stated, expected, by })))(
    '$what',
    ({ past, outcome, stated, expected, by }) => {
      const meter = new CallMeter();
      past(meter);
      const estimate = meter.estimate(outcome, stated, () => ({ inputTokens: 10 }));
      expect([estimate?.usage, estimate?.estimator]).toEqual([expected, by]);
    },
  );

  it('estimates other units as a whole or not at all', () => {
    const meter = new CallMeter();
    taken(meter);
    const pages = (): Usage => ({ pages: 4 });
    expect(meter.estimate('caller_left', undefined, pages)).toEqual({ usage: { pages: 4 }, estimator: 'request' });
    expect(meter.estimate('ok', { pages: 3 }, pages)).toBeUndefined();
    expect(meter.estimate('caller_left', undefined, () => undefined)).toBeUndefined();
  });
});
