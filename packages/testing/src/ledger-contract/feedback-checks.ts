import { demandEqual } from './ledger-under-test.ts';
import type { LedgerCheck } from './ledger-under-test.ts';
import { idOf, madeUpReceipt } from './made-up-receipts.ts';

/** What was said about a call afterwards. */
export const feedbackChecks: readonly LedgerCheck[] = [
  {
    name: 'keeps what was thought of an answer, and shows it with the call',
    async run(ledger) {
      await ledger.record([madeUpReceipt(idOf(1)), madeUpReceipt(idOf(2))]);
      const feedback = { value: -3, weight: 0.25, metadata: { why: 'too long' } };
      demandEqual(await ledger.feedback(idOf(1), feedback), true, 'the answer');
      demandEqual((await ledger.call(idOf(1)))?.feedback, feedback, 'the feedback');
      demandEqual(
        (await ledger.calls()).calls.map((call) => call.feedback),
        [undefined, feedback],
        'the feedback in the listing',
      );
    },
  },
  {
    name: 'counts the last word, with its weight of 1 by default',
    async run(ledger) {
      await ledger.record([madeUpReceipt(idOf(1))]);
      await ledger.feedback(idOf(1), { value: 1, weight: 0.5, metadata: { x: 'y' } });
      await ledger.feedback(idOf(1), { value: 5 });
      demandEqual((await ledger.call(idOf(1)))?.feedback, { value: 5, weight: 1, metadata: {} }, 'the feedback');
    },
  },
  {
    name: 'keeps nothing about a call that it does not have',
    async run(ledger) {
      demandEqual(await ledger.feedback(idOf(1), { value: 1 }), false, 'the answer');
      await ledger.record([madeUpReceipt(idOf(1))]);
      demandEqual((await ledger.call(idOf(1)))?.feedback, undefined, 'the feedback');
    },
  },
  {
    name: 'keeps what was thought of a call whose guessed account gives way to the true one',
    async run(ledger) {
      await ledger.record([madeUpReceipt(idOf(1), { outcome: 'process_died' })]);
      await ledger.feedback(idOf(1), { value: 1 });
      await ledger.record([madeUpReceipt(idOf(1))]);
      demandEqual((await ledger.call(idOf(1)))?.feedback?.value, 1, 'the value');
    },
  },
];
