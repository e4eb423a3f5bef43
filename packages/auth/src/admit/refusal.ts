import { ProxyError } from '@ai-proxy/core';
import type { Refusal, WindowReading } from '@ai-proxy/core';
import type { CallWindow } from './call-windows.ts';

/** Of several refusals the one that lasts longest is told: who waits for another would wait twice. */
export function toLimitError(
  windows: readonly CallWindow[],
  refusals: readonly Refusal[],
  readings: readonly WindowReading[],
  now: number,
): ProxyError {
  const told = windows.flatMap((one, index) => {
    const refusal = refusals.find(({ key }) => key === one.window.key);
    return refusal ? [{ ...one, refusal, reading: readings[index], wait: waitOf(one, refusal, now) }] : [];
  });
  const [worst] = told.toSorted((one, other) => (other.wait ?? Infinity) - (one.wait ?? Infinity));
  if (!worst)
    return new ProxyError('A limit of this key is reached. Try again later.', {
      status: 429,
      code: 'rate_limit_exceeded',
      source: 'policy',
    });
  const isMoney = worst.counts === 'money';
  return new ProxyError(`${upperFirst(worst.subject.name)} ${describe(worst, worst.reading)} ${advise(worst)}`, {
    status: 429,
    code: isMoney ? 'budget_exceeded' : 'rate_limit_exceeded',
    ...(isMoney ? { type: 'insufficient_quota' } : {}),
    source: 'policy',
    ...(worst.wait === undefined ? {} : { retryAfter: worst.wait }),
  });
}

interface Told extends CallWindow {
  readonly refusal: Refusal;
  readonly wait: number | undefined;
}

/** Milliseconds; nothing where waiting does not help. */
function waitOf({ counts, span }: CallWindow, { retryIn }: Refusal, now: number): number | undefined {
  switch (counts) {
    case 'money':
      return span?.end === undefined ? undefined : Math.max(1000, span.end - now);
    case 'parallel':
      // It is free when a call ends, and nobody knows when that is.
      return 1000;
    case 'requests':
    case 'tokens':
      return retryIn;
    default:
      throw new Error(`nobody waits for ${String(counts satisfies never)}`);
  }
}

function describe({ counts, models, budget, window }: Told, reading: WindowReading | undefined): string {
  const limit = window.limit ?? 0;
  const of = models === undefined ? '' : ` with the model "${models}"`;
  const left = Math.max(0, limit - (reading?.used ?? 0));
  switch (counts) {
    case 'money': {
      const every =
        budget?.every === undefined ? 'in all' : `every ${budget.every}${budget.timezone === undefined ? '' : ` (${budget.timezone})`}`;
      return `may spend ${dollars(limit)} dollars ${every}${of}; ${dollars(left)} are left, and this call may cost up to ${dollars(window.amount)}.`;
    }
    case 'parallel':
      return `may have ${limit} calls under way at once${of}, and has.`;
    case 'requests':
      return `may make ${limit} requests per minute${of}, and has.`;
    case 'tokens':
      return `may use ${limit} tokens per minute${of}; ${left} are left, and this call may use up to ${window.amount}.`;
    default:
      throw new Error(`there is no limit of ${String(counts satisfies never)}`);
  }
}

function advise({ counts, wait, span }: Told): string {
  if (counts === 'parallel') return 'Try again when one of them has ended.';
  if (counts === 'money') {
    const then = span?.end === undefined ? 'ask the operator for more' : `try again at ${new Date(span.end).toISOString()}`;
    return `Send a smaller request or a smaller max_tokens, or ${then}.`;
  }
  return wait === undefined ? 'Ask the operator for more.' : `Try again in ${Math.max(1, Math.ceil(wait / 1000))} s.`;
}

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Every digit that is not nothing. */
const dollars = (micros: number): string => (micros / 1_000_000).toFixed(6).replace(/\.?0+$/, '');
