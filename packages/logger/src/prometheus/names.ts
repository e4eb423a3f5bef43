/** One series: its name, what it counts, and by what. */
export interface Series {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** Every series of the metrics page: name, kind, labels, help. The list is part of the interface: dashboards rely on it. */
export const series: Readonly<
  Record<'calls' | 'attempts' | 'tokens' | 'estimated' | 'cost' | 'unpriced' | 'duration' | 'firstByte' | 'overhead', Series>
> = {
  calls: { name: 'ai_proxy_calls_total', help: 'Calls that have ended.', labels: ['operation', 'provider', 'model', 'outcome', 'stream'] },
  attempts: {
    name: 'ai_proxy_attempts_total',
    help: 'Requests made to providers, retries and fallbacks included.',
    labels: ['operation', 'provider', 'model'],
  },
  tokens: {
    name: 'ai_proxy_tokens_total',
    help: 'Tokens; cached ones are a part of the input, reasoning ones of the output.',
    labels: ['operation', 'provider', 'model', 'kind'],
  },
  estimated: {
    name: 'ai_proxy_estimated_calls_total',
    help: 'Calls whose tokens were estimated.',
    labels: ['operation', 'provider', 'model'],
  },
  cost: {
    name: 'ai_proxy_cost_dollars_total',
    help: 'What calls cost, as far as it is known.',
    labels: ['operation', 'provider', 'model'],
  },
  unpriced: {
    name: 'ai_proxy_unpriced_calls_total',
    help: 'Calls whose cost is not known: it is in no sum.',
    labels: ['operation', 'provider', 'model'],
  },
  duration: {
    name: 'ai_proxy_call_duration_seconds',
    help: 'From the arrival of a request to the end of its answer.',
    labels: ['operation', 'provider', 'model'],
  },
  firstByte: {
    name: 'ai_proxy_first_byte_seconds',
    help: 'From the arrival of a request to the first output of its answer.',
    labels: ['operation', 'provider', 'model'],
  },
  overhead: { name: 'ai_proxy_overhead_seconds', help: "The proxy's own part of a call.", labels: ['operation'] },
};

/** Bounds of the histograms, in seconds: models take from tenths to minutes, the proxy itself fractions of a millisecond. */
export const buckets: { readonly call: readonly number[]; readonly overhead: readonly number[] } = {
  call: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68],
  overhead: [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 1],
};
