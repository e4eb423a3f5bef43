import type { Caller } from './caller.ts';
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
  return new OpenReceipt(start, onSettled);
}

/** A class, because one is made for every call: methods are then shared, and a promise is made only where somebody waits. */
class OpenReceipt implements ReceiptDraft {
  readonly #start: ReceiptStart;
  readonly #onSettled: (receipt: Receipt) => void;
  readonly #startedAt = Date.now();
  readonly #startedTick = performance.now();
  #firstByteMs: number | undefined;
  #receipt: Receipt | undefined;
  #waiting: PromiseWithResolvers<Receipt> | undefined;
  provider: string | undefined;
  modelServed: string | undefined;
  caller: Caller | undefined;
  status: number | undefined;
  usage: Usage | undefined;
  attempts = 0;
  step = 0;

  constructor(start: ReceiptStart, onSettled: (receipt: Receipt) => void) {
    this.#start = start;
    this.#onSettled = onSettled;
  }

  get isSettled(): boolean {
    return this.#receipt !== undefined;
  }

  get settled(): Promise<Receipt> {
    if (this.#receipt) return Promise.resolve(this.#receipt);
    this.#waiting ??= Promise.withResolvers<Receipt>();
    return this.#waiting.promise;
  }

  firstByte(): void {
    this.#firstByteMs ??= performance.now() - this.#startedTick;
  }

  settle(outcome: Outcome, code?: string): void {
    if (this.#receipt) return;
    const { id, operation, dialect, face, model, stream } = this.#start;
    const receipt: Receipt = {
      id,
      operation,
      dialect,
      face,
      caller: this.caller,
      modelAsked: model,
      provider: this.provider,
      modelServed: this.modelServed,
      stream,
      status: this.status,
      outcome,
      code,
      usage: this.usage,
      attempts: this.attempts,
      step: this.step,
      startedAt: this.#startedAt,
      firstByteMs: this.#firstByteMs,
      totalMs: performance.now() - this.#startedTick,
    };
    this.#receipt = receipt;
    this.#waiting?.resolve(receipt);
    this.#onSettled(receipt);
  }
}
