import type { Usage } from '../receipt/usage.ts';

/** What a call must have consumed, where nobody came to say it. */
export interface Estimate {
  readonly usage: Usage;
  readonly estimator: Estimator;
}

/**
 * How it was estimated. `request`: what went in, from the request. `answer`: what came out, from the text that was seen; what went in was stated.
 * `request and answer`: both.
 */
export type Estimator = (typeof estimators)[number];

export const estimators: readonly ['request', 'answer', 'request and answer'] = ['request', 'answer', 'request and answer'];

/** Bytes of text for one token. Over answers of models that were recorded with their usage, the sum of the estimates comes out right at this. */
export const bytesPerToken = 3.5;

/** How many tokens a text may be. */
export const tokensOfBytes = (bytes: number): number => Math.ceil(bytes / bytesPerToken);
