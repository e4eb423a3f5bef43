import type { Ledger, Receipt, SpendDimension } from '@ai-proxy/core';
import { demandEqual } from './ledger-under-test.ts';
import type { LedgerCheck } from './ledger-under-test.ts';
import { day, hour, idOf, madeUpReceipt, noon } from './made-up-receipts.ts';

const midnight = noon - 12 * hour;

/** Sums: by every dimension, over every span. */
export const spendChecks: readonly LedgerCheck[] = [
  {
    name: 'sums everything that counts, the dearest first',
    async run(ledger) {
      await ledger.record([
        madeUpReceipt(idOf(1), { key: 'cheap' }),
        madeUpReceipt(idOf(2), { key: 'dear', estimator: 'a guess', outcome: 'caller_left' }),
        madeUpReceipt(idOf(3), { key: 'dear' }),
      ]);
      const one = { micros: 1234, inputTokens: 100, outputTokens: 20, cachedTokens: 60, reasoningTokens: 5, unknownCalls: 0 };
      const two = { micros: 2468, inputTokens: 200, outputTokens: 40, cachedTokens: 120, reasoningTokens: 10, unknownCalls: 0 };
      demandEqual(
        await ledger.spend({ by: 'key' }),
        {
          from: undefined,
          to: undefined,
          rows: [
            { value: 'dear', at: undefined, calls: 2, okCalls: 1, estimatedCalls: 1, ...two },
            { value: 'cheap', at: undefined, calls: 1, okCalls: 1, estimatedCalls: 0, ...one },
          ],
          more: false,
        },
        'the report',
      );
    },
  },
  {
    name: 'counts calls whose cost is not known apart, and free ones as free',
    async run(ledger) {
      const free = { micros: 0, price: { source: 'own machine', rates: {} } };
      await ledger.record([
        madeUpReceipt(idOf(1), { cost: null }),
        madeUpReceipt(idOf(2), { cost: null, usage: undefined }),
        madeUpReceipt(idOf(3), { cost: free }),
        madeUpReceipt(idOf(4)),
      ]);
      const [row] = (await ledger.spend({ by: 'provider' })).rows;
      demandEqual([row?.calls, row?.unknownCalls, row?.micros], [4, 2, 1234], 'calls, unknown ones and micros');
    },
  },
  ...dimensions().map(([by, differences, value]): LedgerCheck => ({
    name: `sums by ${by}, and what has none apart`,
    async run(ledger) {
      const none: Partial<Receipt> = { key: undefined, team: undefined, caller: undefined, endUser: undefined, tags: [] };
      const cost = { micros: 1, price: { source: 'x', rates: {} } };
      await ledger.record([
        madeUpReceipt(idOf(1), differences),
        madeUpReceipt(idOf(2), differences),
        madeUpReceipt(idOf(3), { ...none, provider: undefined, modelServed: undefined, cost }),
      ]);
      const { rows } = await ledger.spend({ by });
      demandEqual(
        rows.map((row) => [row.value, row.calls, row.micros]),
        [
          [value, 2, 2468],
          [undefined, 1, 1],
        ],
        'the rows',
      );
      demandEqual(
        (await ledger.spend({ by, only: value })).rows.map((row) => row.calls),
        [2],
        `the rows of ${value} only`,
      );
      demandEqual((await ledger.spend({ by, only: 'nobody' })).rows, [], 'the rows of nobody');
    },
  })),
  {
    name: 'counts a call under each of its tags',
    async run(ledger) {
      await ledger.record([madeUpReceipt(idOf(1), { tags: ['a', 'b', 'a'] }), madeUpReceipt(idOf(2), { tags: ['b'] })]);
      const { rows } = await ledger.spend({ by: 'tag' });
      demandEqual(
        rows.map(({ value, calls }) => [value, calls]),
        [
          ['b', 2],
          ['a', 1],
        ],
        'the rows',
      );
    },
  },
  ...spans().map(([title, span, expected]): LedgerCheck => ({
    name: `sums ${title}`,
    async run(ledger) {
      await recordDays(ledger);
      const report = await ledger.spend({ by: 'key', ...span });
      demandEqual([report.from, report.to], [expected.from, expected.to], 'the span');
      demandEqual(
        report.rows.map(({ calls }) => calls),
        expected.calls === 0 ? [] : [expected.calls],
        'the calls',
      );
    },
  })),
  {
    name: 'gives a row for each hour in which something was called',
    async run(ledger) {
      await recordDays(ledger);
      const { rows } = await ledger.spend({ by: 'key', per: 'hour', from: midnight, to: midnight + 3 * hour });
      demandEqual(
        rows.map(({ at, calls }) => [at, calls]),
        [0, 1, 2].map((number) => [midnight + number * hour, 1]),
        'the rows',
      );
    },
  },
  {
    name: 'gives a row for each day in which something was called',
    async run(ledger) {
      await recordDays(ledger);
      const { rows } = await ledger.spend({ by: 'key', per: 'day', from: midnight - hour, to: midnight + day });
      demandEqual(
        rows.map(({ at, calls }) => [at, calls]),
        [
          [midnight - day, 24],
          [midnight, 24],
        ],
        'the rows',
      );
    },
  },
  {
    name: 'gives no more rows than are asked for, and says that there are more',
    async run(ledger) {
      await ledger.record(
        [1, 2, 3].map((number) =>
          madeUpReceipt(idOf(number), { key: `key-${number}`, cost: { micros: number, price: { source: 'x', rates: {} } } }),
        ),
      );
      const some = await ledger.spend({ by: 'key', limit: 2 });
      demandEqual([some.rows.map(({ value }) => value), some.more], [['key-3', 'key-2'], true], 'two of three');
      demandEqual((await ledger.spend({ by: 'key', limit: 3 })).more, false, 'more than three');
    },
  },
];

function dimensions(): readonly (readonly [SpendDimension, Partial<Receipt>, string])[] {
  return [
    ['key', { key: 'key-9' }, 'key-9'],
    ['team', { team: 'sales' }, 'sales'],
    ['user', { caller: { id: 'bob' } }, 'bob'],
    ['endUser', { endUser: 'reader-9' }, 'reader-9'],
    ['model', { modelServed: 'devstral-latest' }, 'devstral-latest'],
    ['provider', { provider: 'local' }, 'local'],
    ['tag', { tags: ['nightly'] }, 'nightly'],
  ];
}

interface ExpectedSpan {
  readonly from?: number;
  readonly to?: number;
  readonly calls: number;
}

function spans(): readonly (readonly [string, { from?: number; to?: number }, ExpectedSpan])[] {
  return [
    ['everything', {}, { calls: 72 }],
    ['a whole day', { from: midnight, to: midnight + day }, { from: midnight, to: midnight + day, calls: 24 }],
    ['an hour', { from: noon, to: noon + hour }, { from: noon, to: noon + hour, calls: 1 }],
    ['a moment, as the hour that holds it', { from: noon + 5, to: noon + 6 }, { from: noon, to: noon + hour, calls: 1 }],
    [
      'hours over a midnight',
      { from: midnight - hour, to: midnight + 2 * hour },
      { from: midnight - hour, to: midnight + 2 * hour, calls: 3 },
    ],
    [
      'a day and hours on both sides',
      { from: midnight - 3 * hour, to: midnight + day + 4 * hour },
      { from: midnight - 3 * hour, to: midnight + day + 4 * hour, calls: 31 },
    ],
    ['all since a moment', { from: noon + 1 }, { from: noon, calls: 36 }],
    ['all until a moment', { to: noon + 1 }, { to: noon + hour, calls: 37 }],
    ['nothing where the span is empty', { from: noon, to: noon }, { from: noon, to: noon, calls: 0 }],
    ['nothing where the span ends before it begins', { from: noon, to: noon - day }, { from: noon, to: noon, calls: 0 }],
  ];
}

/** One call in every hour of the day before, of the day, and of the day after. */
async function recordDays(ledger: Ledger): Promise<void> {
  const starts = Array.from({ length: 72 }, (_, index) => midnight - day + index * hour + ((index * 977) % hour));
  await ledger.record(starts.map((startedAt, index) => madeUpReceipt(idOf(index), { startedAt })));
}
