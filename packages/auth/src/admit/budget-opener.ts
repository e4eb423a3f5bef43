import type { Counter, Ledger } from '@ai-proxy/core';
import type { GuardedStore } from '../store/guarded-store.ts';
import type { CallWindow } from './call-windows.ts';
import { findSpend } from './find-spend.ts';
import type { LostSums } from './lost-sums.ts';

/** Opens budgets that a counter does not know: new ones, and those it has lost. */
export interface BudgetOpener {
  open(counter: Counter, guard: GuardedStore, root: string, windows: readonly CallWindow[]): Promise<void>;
}

export interface BudgetOpenerOptions {
  /** The truth of what was spent; without it a budget that is not known begins at nothing. */
  readonly ledger: Ledger | undefined;
  readonly ledgerGuard: GuardedStore | undefined;
  readonly lostSums: LostSums;
  /** How long the ledger may take; it reads sums, and is asked seldom. */
  readonly timeout: number;
}

export function createBudgetOpener({ ledger, ledgerGuard, lostSums, timeout }: BudgetOpenerOptions): BudgetOpener {
  /** A thousand calls that miss the same budget ask the ledger once. */
  const opening = new Map<string, Promise<void>>();

  async function openOne(counter: Counter, guard: GuardedStore, root: string, one: CallWindow): Promise<void> {
    await lostSums.beforeOpening(root, one);
    const spent = ledger && ledgerGuard ? await ledgerGuard.ask(async () => findSpend(ledger, one), timeout) : 0;
    const { key } = one.window;
    const keep = one.window.kind === 'sum' ? one.window.keep : undefined;
    await guard.ask(async () => counter.open(root, [{ key, spent, ...(keep === undefined ? {} : { keep }) }]));
  }

  return {
    async open(counter, guard, root, windows) {
      await Promise.all(
        windows.map((one) => {
          const place = JSON.stringify([root, one.window.key]);
          const already = opening.get(place);
          if (already) return already;
          const started = openOne(counter, guard, root, one).finally(() => opening.delete(place));
          opening.set(place, started);
          return started;
        }),
      );
    },
  };
}
