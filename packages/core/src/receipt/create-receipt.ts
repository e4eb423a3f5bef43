import type { Estimate } from '../metering/estimate.ts';
import { costOf, nothingAsked } from './cost.ts';
import type { Cost } from './cost.ts';
import { CallMeter } from '../metering/meter.ts';
import type { Price, Prices } from './price.ts';
import type { Target } from '../routing/plan.ts';
import type { Caller } from '../call/caller.ts';
import type { Dialect, Operation } from '../call/operation.ts';
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
  /** When the request came, by `performance.now()`; by default now. */
  readonly arrivedAt?: number;
}

export interface ReceiptOptions {
  readonly prices: Prices | undefined;
  /** What the request consumes, as far as it tells; asked where the provider did not come to say it. */
  readonly estimateRequest?: () => Usage | undefined;
  readonly onSettled: (receipt: Receipt) => void;
}

/** Opens the account of a call. Whatever ends the call settles it; only the first end counts. */
export function createReceipt(start: ReceiptStart, options: ReceiptOptions): ReceiptDraft {
  return new OpenReceipt(start, options);
}

const noTags: readonly string[] = [];
const noMetadata: Readonly<Record<string, string>> = {};

/** A class, because one is made for every call: methods are then shared, and a promise is made only where somebody waits. */
class OpenReceipt implements ReceiptDraft {
  readonly #start: ReceiptStart;
  readonly #options: ReceiptOptions;
  readonly #startedTick: number;
  readonly #startedAt: number;
  #sentMs: number | undefined;
  #receivedMs: number | undefined;
  #firstByteMs: number | undefined;
  #receipt: Receipt | undefined;
  #waiting: PromiseWithResolvers<Receipt> | undefined;
  #target: Target | undefined;
  #price: { readonly target: Target; readonly price: Price | undefined } | undefined;
  caller: Caller | undefined;
  endUser: string | undefined;
  tags: readonly string[] = noTags;
  metadata: Readonly<Record<string, string>> = noMetadata;
  status: number | undefined;
  usage: Usage | undefined;
  estimator: string | undefined;
  attempts = 0;
  step = 0;
  readonly meter: CallMeter = new CallMeter();

  constructor(start: ReceiptStart, options: ReceiptOptions) {
    const now = performance.now();
    this.#start = start;
    this.#options = options;
    this.#startedTick = start.arrivedAt ?? now;
    this.#startedAt = Math.round(Date.now() - (now - this.#startedTick));
  }

  get isSettled(): boolean {
    return this.#receipt !== undefined;
  }

  get settled(): Promise<Receipt> {
    if (this.#receipt) return Promise.resolve(this.#receipt);
    this.#waiting ??= Promise.withResolvers<Receipt>();
    return this.#waiting.promise;
  }

  get provider(): string | undefined {
    return this.#target?.provider.name;
  }

  get modelServed(): string | undefined {
    return this.#target === undefined || this.#target.model === '' ? undefined : this.#target.model;
  }

  get cost(): Cost | null {
    if (this.#receipt) return this.#receipt.cost;
    return this.attempts === 0 ? nothingAsked : this.#priced(this.#estimate('ok')?.usage ?? this.usage);
  }

  priceOf({ provider, model, modelInfo }: Target): Price | undefined {
    return this.#options.prices?.priceOf({
      system: provider.system,
      provider: provider.name,
      model,
      otherNames: modelInfo?.aliases ?? [],
      operation: this.#start.operation,
      at: this.#startedAt,
    });
  }

  serving(target: Target): void {
    this.#target = target;
  }

  sent(): void {
    this.#sentMs ??= this.#elapsed();
  }

  received(): void {
    this.#receivedMs = this.#elapsed();
  }

  firstByte(): void {
    this.#firstByteMs ??= this.#elapsed();
  }

  ifLost(usage: Usage | undefined, estimator: string | undefined): Receipt {
    return { ...this.#account('process_died', undefined, usage, estimator), cost: this.#priced(usage) };
  }

  settle(outcome: Outcome, code?: string): void {
    if (this.#receipt) return;
    const estimate = this.#estimate(outcome);
    if (estimate) {
      this.usage = estimate.usage;
      this.estimator = estimate.estimator;
    }
    const receipt = this.#account(outcome, code, this.usage, this.estimator);
    this.#receipt = receipt;
    this.#waiting?.resolve(receipt);
    this.#options.onSettled(receipt);
  }

  #estimate(outcome: Outcome): Estimate | undefined {
    return this.meter.estimate(outcome, this.usage, this.#options.estimateRequest ?? noEstimate);
  }

  #elapsed(): number {
    return performance.now() - this.#startedTick;
  }

  #account(outcome: Outcome, code: string | undefined, usage: Usage | undefined, estimator: string | undefined): Receipt {
    const { id, operation, dialect, face, model, stream } = this.#start;
    const { caller } = this;
    const totalMs = this.#elapsed();
    return {
      id,
      operation,
      dialect,
      face,
      caller,
      key: textOf(caller?.['key']),
      team: textOf(caller?.['team']),
      endUser: this.endUser,
      tags: this.tags,
      metadata: this.metadata,
      modelAsked: model,
      provider: this.provider,
      modelServed: this.modelServed,
      stream,
      status: this.status,
      outcome,
      code,
      usage,
      estimator,
      cost: this.attempts === 0 ? nothingAsked : this.#priced(usage),
      attempts: this.attempts,
      step: this.step,
      startedAt: this.#startedAt,
      firstByteMs: this.#firstByteMs,
      totalMs,
      overheadMs: (this.#sentMs ?? totalMs) + (this.#receivedMs === undefined ? 0 : totalMs - this.#receivedMs),
    };
  }

  #priced(usage: Usage | undefined): Cost | null {
    const price = this.#priceNow();
    return price ? costOf(usage ?? {}, price) : null;
  }

  /** Asked several times of a call, and the same as long as its target is. */
  #priceNow(): Price | undefined {
    const target = this.#target;
    if (!this.#options.prices || !target) return undefined;
    if (this.#price?.target === target) return this.#price.price;
    const price = this.priceOf(target);
    this.#price = { target, price };
    return price;
  }
}

const noEstimate = (): undefined => undefined;

const textOf = (claim: unknown): string | undefined => (typeof claim === 'string' ? claim : undefined);
