import type { Caller } from './call.ts';
import type { Dialect, Operation } from './operation.ts';
import type { Outcome } from './outcome.ts';
import type { Receipt, ReceiptDraft } from './receipt.ts';
import type { Usage } from './usage.ts';

export interface ReceiptStart {
  readonly id: string;
  readonly operation: Operation;
  readonly dialect: Dialect;
  readonly face: string;
  readonly model: string | undefined;
  readonly stream: boolean;
}

/** Opens the account of a call. Whatever ends the call settles it; only the first end counts. */
export function createReceipt(start: ReceiptStart, onSettled: (receipt: Receipt) => void): ReceiptDraft {
  const startedAt = Date.now();
  const startedTick = performance.now();
  let firstByteMs: number | undefined;
  let finish: (receipt: Receipt) => void = () => {};
  const settled = new Promise<Receipt>((resolve) => {
    finish = resolve;
  });
  let isSettled = false;

  const draft = {
    provider: undefined as string | undefined,
    modelServed: undefined as string | undefined,
    caller: undefined as Caller | undefined,
    status: undefined as number | undefined,
    usage: undefined as Usage | undefined,
    attempts: 0,
    step: 0,
    firstByte(): void {
      firstByteMs ??= performance.now() - startedTick;
    },
    settle(outcome: Outcome, code?: string): void {
      if (isSettled) return;
      isSettled = true;
      const receipt: Receipt = {
        id: start.id,
        operation: start.operation,
        dialect: start.dialect,
        face: start.face,
        caller: draft.caller,
        modelAsked: start.model,
        provider: draft.provider,
        modelServed: draft.modelServed,
        stream: start.stream,
        status: draft.status,
        outcome,
        code,
        usage: draft.usage,
        attempts: draft.attempts,
        step: draft.step,
        startedAt,
        firstByteMs,
        totalMs: performance.now() - startedTick,
      };
      finish(receipt);
      onSettled(receipt);
    },
    settled,
    get isSettled(): boolean {
      return isSettled;
    },
  };
  return draft;
}
