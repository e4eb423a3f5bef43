import type { Outcome } from '../receipt/outcome.ts';
import type { Usage } from '../receipt/usage.ts';
import { tokensOfBytes } from './estimate.ts';
import type { Estimate } from './estimate.ts';

/** Keeps what is known of a call's consumption until the provider states it, for calls that never come so far. It is told of every attempt. */
export interface Meter {
  /** An attempt begins; `repeats` is how often the input goes up in it. */
  begin(repeats?: number): void;
  /** A request goes up on a connection that stands. */
  asked(): void;
  /** The provider answers well. */
  taken(): void;
  /** The provider answers with an error, or not at all. */
  refused(): void;
  /** So many bytes of text have passed. */
  saw(bytes: number): void;
  /** Where the text is counted that passes. */
  watch(seen: () => number): void;
}

/** One for each call. */
export class CallMeter implements Meter {
  /** A request stands at the provider, and its answer has not begun. */
  #asked = false;
  /** An answer has begun. */
  #taken = false;
  #repeats = 1;
  #bytes = 0;
  #watched: (() => number) | undefined;

  begin(repeats = 1): void {
    this.#asked = false;
    this.#taken = false;
    this.#repeats = repeats;
    this.#bytes = 0;
    this.#watched = undefined;
  }

  asked(): void {
    this.#asked = true;
  }

  taken(): void {
    this.#taken = true;
  }

  refused(): void {
    this.#asked = false;
  }

  saw(bytes: number): void {
    this.#bytes += bytes;
  }

  watch(seen: () => number): void {
    this.#watched = seen;
  }

  /**
   * Completes what was stated; nothing where that is not needed, or where nothing can be owed. A 0 that the provider stated beside text that was seen
   * counts as not stated.
   */
  estimate(outcome: Outcome, stated: Usage | undefined, ofRequest: () => Usage | undefined): Estimate | undefined {
    if (!this.#taken && !this.#asked) return undefined;
    if (stated?.inputTokens && stated.outputTokens) return undefined;
    const bytes = this.#bytes + (this.#watched?.() ?? 0);
    // A provider that broke off before it said anything has not served.
    if (bytes === 0 && outcome !== 'ok' && !givenUp.has(outcome)) return undefined;
    const { inputTokens = 0, outputTokens = 0, ...others } = stated ?? {};
    const isOutputMissing = outputTokens === 0 && bytes > 0;
    const isInputMissing = stated?.inputTokens === undefined || (inputTokens === 0 && outputTokens === 0);
    if (!isOutputMissing && !isInputMissing) return undefined;

    const request = ofRequest();
    if (!request) return undefined;
    // Pages and characters: stated as a whole or not at all.
    if (request.inputTokens === undefined) return stated ? undefined : { usage: request, estimator: 'request' };
    const usage: Usage = { ...others };
    if (stated?.outputTokens !== undefined) usage.outputTokens = outputTokens;
    if (isOutputMissing) usage.outputTokens = tokensOfBytes(bytes);
    usage.inputTokens = isInputMissing ? request.inputTokens * this.#repeats : inputTokens;
    if (!isOutputMissing) return usage.inputTokens === 0 ? undefined : { usage, estimator: 'request' };
    return { usage, estimator: isInputMissing ? 'request and answer' : 'answer' };
  }
}

/** Ways to end in which it was not the provider that stopped: it may have worked all the while. */
const givenUp: ReadonlySet<Outcome> = new Set<Outcome>([
  'caller_left',
  'timeout_first_byte',
  'timeout_idle',
  'timeout_total',
  'timeout_write',
  'shutting_down',
]);
