import type { Call, Log, WindowReading } from '@ai-proxy/core';
import type { CallWindow } from './call-windows.ts';

/** Somebody has come beyond a soft budget. */
export interface SoftBudgetNotice {
  /** The kind and the id of who it is: `key`, `owner`, `team`, `endUser`. */
  readonly kind: string;
  readonly id: string;
  /** In millionths of a US dollar. */
  readonly soft: number;
  readonly used: number;
  /** When the span of the budget began, and when it ends; in Unix milliseconds. */
  readonly from: number;
  readonly to: number | undefined;
}

export interface SoftBudgets {
  look(call: Call, windows: readonly CallWindow[], readings: readonly WindowReading[]): void;
}

const mostRemembered = 10_000;

/** Tells of soft budgets: in the receipt of each call beyond one, and once for each span to the log and to whoever asked to be told. */
export function createSoftBudgets(log: Log, onNotice: ((notice: SoftBudgetNotice) => void) | undefined): SoftBudgets {
  const told = new Set<string>();

  function tell(place: string, notice: SoftBudgetNotice): void {
    if (told.has(place)) return;
    told.add(place);
    const [oldest] = told;
    if (told.size > mostRemembered && oldest !== undefined) told.delete(oldest);
    log.warn({ ...notice }, 'a soft budget is used up');
    try {
      onNotice?.(notice);
    } catch (error) {
      log.error({ error: error instanceof Error ? error.message : String(error) }, 'onSoftBudget threw');
    }
  }

  return {
    look(call, windows, readings) {
      for (const [index, { budget, subject, window, span }] of windows.entries()) {
        const used = readings[index]?.used;
        if (budget?.soft === undefined || used === undefined || used <= budget.soft) continue;
        const kind = subject.kind === 'parent' ? 'key' : subject.kind;
        call.receipt.metadata = { ...call.receipt.metadata, soft_budget: `${kind} ${subject.id}`.slice(0, 256) };
        tell(window.key, { kind, id: subject.id, soft: budget.soft, used, from: span?.start ?? 0, to: span?.end });
      }
    },
  };
}
