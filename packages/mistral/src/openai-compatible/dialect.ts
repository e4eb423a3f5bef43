import type { ChatStreamDialect } from '../chat/stream/decoder.ts';
import type { ReadCompatibleOptions } from './options.ts';

/**
 * How these servers answer. The model is called what the plan calls it: servers name a file or an alias of their own. Their 500 is
 * mostly the caller's mistake, so that the same request would fail again.
 */
export function compatibleDialect(options: ReadCompatibleOptions): ChatStreamDialect {
  return {
    carry: ['system_fingerprint', 'service_tier', 'timings'],
    retryServerErrors: false,
    echoModel: true,
    doneIsProof: options.dialect !== 'llama-cpp-python',
  };
}
