import type { Ledger, Receipt, RecordedCall } from '@ai-proxy/core';
import { demand, shown } from '../contract/contract-check.ts';
import { demandEqual } from './ledger-under-test.ts';
import type { LedgerCheck } from './ledger-under-test.ts';
import { idOf, madeUpReceipt, noon } from './made-up-receipts.ts';

/** What is kept, and that it is kept once. */
export const recordChecks: readonly LedgerCheck[] = [
  {
    name: 'gives back a call as it was recorded, of the caller its id',
    async run(ledger) {
      const receipt = madeUpReceipt(idOf(1));
      await ledger.record([receipt]);
      demandEqual(await ledger.call(receipt.id), asRecorded(receipt), 'the call');
      demandEqual((await ledger.calls()).calls, [asRecorded(receipt)], 'the listing');
    },
  },
  {
    name: 'gives back a call of which little is known, and no number that nobody stated',
    async run(ledger) {
      const receipt = madeUpReceipt(idOf(1), bare);
      await ledger.record([receipt]);
      demandEqual(await ledger.call(receipt.id), asRecorded(receipt), 'the call');
    },
  },
  {
    name: 'keeps units that are no tokens',
    async run(ledger) {
      const usage = { pages: 12, annotatedPages: 3, seconds: 61.234, characters: 4321, items: 7 };
      await ledger.record([madeUpReceipt(idOf(1), { usage })]);
      demandEqual((await ledger.call(idOf(1)))?.usage, usage, 'the usage');
    },
  },
  {
    name: 'knows nothing of a call that was never recorded',
    async run(ledger) {
      demandEqual(await ledger.call(idOf(1)), undefined, 'the call');
    },
  },
  {
    name: 'records nothing where nothing is handed over',
    async run(ledger) {
      await ledger.record([]);
      demandEqual((await ledger.calls()).calls, [], 'the listing');
    },
  },
  {
    name: 'keeps a call once, however often and in whichever batches it is handed over',
    async run(ledger) {
      const receipts = [1, 2, 3, 4].map((number) => madeUpReceipt(idOf(number)));
      await ledger.record(receipts.slice(0, 2));
      await ledger.record(receipts.slice(1, 3));
      await ledger.record([...receipts, ...receipts]);
      demandEqual((await ledger.calls()).calls.length, 4, 'calls');
      await demandSum(ledger, { calls: 4, micros: 4 * 1234 });
    },
  },
  {
    name: 'keeps the first account of an id',
    async run(ledger) {
      await ledger.record([madeUpReceipt(idOf(1))]);
      await ledger.record([madeUpReceipt(idOf(1), { outcome: 'timeout_total', cost: null })]);
      demandEqual((await ledger.call(idOf(1)))?.outcome, 'ok', 'the outcome');
      await demandSum(ledger, { calls: 1, micros: 1234 });
    },
  },
  {
    name: 'lets the guess about a dead process give way to the truth, in the sums too',
    async run(ledger) {
      const guess: Partial<Receipt> = {
        outcome: 'process_died',
        estimator: 'a guess',
        tags: ['night'],
        cost: null,
        usage: { inputTokens: 999 },
      };
      await ledger.record([madeUpReceipt(idOf(1), guess), madeUpReceipt(idOf(2), guess)]);
      await ledger.record([madeUpReceipt(idOf(1))]);
      await ledger.record([madeUpReceipt(idOf(1), guess)]);
      demandEqual(await ledger.call(idOf(1)), asRecorded(madeUpReceipt(idOf(1))), 'the true account');
      demandEqual((await ledger.call(idOf(2)))?.outcome, 'process_died', 'the outcome of the other');
      await demandSum(ledger, { calls: 2, micros: 1234, unknownCalls: 1, estimatedCalls: 1, inputTokens: 1099 });
      const { rows } = await ledger.spend({ by: 'tag' });
      demandEqual(rows.map(({ value, calls }) => `${value} ${calls}`).toSorted(), ['batch 1', 'night 2'], 'the sums by tag');
    },
  },
  {
    name: 'takes the truth where one batch holds a guess as well',
    async run(ledger) {
      const guess = madeUpReceipt(idOf(1), { outcome: 'process_died', cost: null });
      await ledger.record([guess, madeUpReceipt(idOf(1)), guess]);
      demandEqual((await ledger.call(idOf(1)))?.outcome, 'ok', 'the outcome');
      await demandSum(ledger, { calls: 1, micros: 1234, unknownCalls: 0 });
    },
  },
  {
    name: 'keeps a call once where several hand it over at the same time',
    async run(ledger) {
      const receipts = Array.from({ length: 200 }, (_, number) => madeUpReceipt(idOf(number), { key: `key-${number % 7}` }));
      await Promise.all([0, 1, 2, 3].map(async (start) => ledger.record(receipts.toSpliced(0, start * 20).toReversed())));
      await Promise.all(receipts.map(async (receipt) => ledger.record([receipt])));
      await demandSum(ledger, { calls: 200, micros: 200 * 1234 });
    },
  },
  {
    name: 'takes a thousand calls at once',
    async run(ledger) {
      await ledger.record(Array.from({ length: 1000 }, (_, number) => madeUpReceipt(idOf(number))));
      await demandSum(ledger, { calls: 1000, micros: 1_234_000 });
    },
  },
  {
    name: 'takes whatever callers and providers say',
    async run(ledger) {
      for (const [index, differences] of nasty.entries()) await ledger.record([madeUpReceipt(idOf(index), differences)]);
      await ledger.record(nasty.map((differences, index) => madeUpReceipt(idOf(1000 + index), differences)));
      await demandSum(ledger, { calls: nasty.length * 2 });
      const { calls } = await ledger.calls({}, undefined, 1000);
      const texts = calls.flatMap((call) => [call.endUser, call.modelAsked, ...call.tags, ...Object.entries(call.metadata).flat()]);
      const bad = texts.find((text) => text !== undefined && (text.includes('\0') || !text.isWellFormed() || text.length > 4096));
      demand(bad === undefined, `a text that not every database can keep was given back: ${shown(bad)}`);
    },
  },
];

const bare: Partial<Receipt> = {
  caller: undefined,
  key: undefined,
  team: undefined,
  endUser: undefined,
  tags: [],
  metadata: {},
  modelAsked: undefined,
  provider: undefined,
  modelServed: undefined,
  status: undefined,
  code: 'invalid_json',
  outcome: 'refused',
  usage: undefined,
  cost: null,
  firstByteMs: undefined,
  attempts: 0,
};

const long = 'ä🙂'.repeat(20_000);

const nasty: readonly Partial<Receipt>[] = [
  { endUser: '\0', modelAsked: 'a\0b', tags: ['\0', '\0'], metadata: { '\0': '\0' } },
  { endUser: '\uD800', tags: ['\uDC00\uD800'], metadata: { x: '\uD83D' } },
  { endUser: long, modelAsked: long, modelServed: long, key: long, team: long, tags: [long, long], metadata: { [long]: long } },
  { endUser: "'; drop table ai_proxy_calls; --", tags: ['%', '_', '"', '\\', '${x}', '$1', '?'] },
  { endUser: '', tags: [''], metadata: { '': '', __proto__: 'x' } },
  { usage: { inputTokens: Number.MAX_VALUE, outputTokens: -5, cachedTokens: Number.NaN, pages: 1.5, seconds: Number.POSITIVE_INFINITY } },
  { totalMs: -1, overheadMs: Number.NaN, firstByteMs: 1e300, attempts: 1e12, step: -1, status: 1e9 },
  { tags: Array.from({ length: 500 }, (_, index) => `tag ${index}`) },
  { startedAt: 0 },
];

const asRecorded = (receipt: Receipt): RecordedCall => ({ ...receipt, caller: receipt.caller?.id, feedback: undefined });

/** Every dimension but tags adds up to the whole. */
async function demandSum(ledger: Ledger, expected: Readonly<Record<string, number>>): Promise<void> {
  for (const by of ['key', 'team', 'user', 'endUser', 'model', 'provider'] as const) {
    for (const span of [{}, { from: noon - 1, to: noon + 1 }]) {
      // What is outside of the hour cannot be in the narrow one.
      if ('from' in span && expected['micros'] === undefined) continue;
      const { rows } = await ledger.spend({ by, ...span, limit: 10_000 });
      const sums = rows.map((row): Readonly<Record<string, unknown>> => ({ ...row }));
      for (const [name, value] of Object.entries(expected)) {
        const sum = sums.reduce((all, row) => all + Number(row[name]), 0);
        demandEqual(sum, value, `${name} by ${by}${'from' in span ? ', by the hour' : ''}`);
      }
    }
  }
}
