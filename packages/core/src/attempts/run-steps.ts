import type { Call } from '../call/call.ts';
import { ProxyError } from '../errors/proxy-error.ts';
import { toProxyError } from '../errors/to-proxy-error.ts';
import type { Plan, Target } from '../routing/plan.ts';
import { createBreaker, createPerTarget } from './breaker.ts';
import type { Breaker, BreakerOptions } from './breaker.ts';
import { pause } from './pause.ts';
import { createRetryBudget, retryDelay } from './retry.ts';
import type { RetryBudget, RetryOptions } from './retry.ts';

export interface StepOptions {
  readonly retry: RetryOptions;
  /** `false`: never leave a target alone. */
  readonly breaker: BreakerOptions | false;
}

/** Works a plan through: each step with its retries, the next step when one has failed in a way that allows it. */
export interface StepRunner {
  run<T>(call: Call, plan: Plan, attempt: (target: Target) => Promise<T>): Promise<T>;
}

interface TargetState {
  readonly breaker: Breaker | undefined;
  readonly budget: RetryBudget;
}

export function createStepRunner(options: StepOptions): StepRunner {
  const states = createPerTarget<TargetState>(() => ({
    breaker: options.breaker === false ? undefined : createBreaker(options.breaker),
    budget: createRetryBudget(),
  }));

  return {
    async run(call, plan, attempt) {
      let failure: ProxyError | undefined;
      for (const [step, target] of plan.steps.entries()) {
        call.receipt.step = step;
        const state = states(`${target.provider.name}/${target.model}`);
        const result = await runStep(call, target, state, attempt);
        if ('value' in result) return result.value;
        failure = result.failure;
        if (!failure.retryable && !concernsTarget(failure)) break;
      }
      throw failure ?? new Error('a plan has no steps');
    },
  };

  async function runStep<T>(
    call: Call,
    target: Target,
    { breaker, budget }: TargetState,
    attempt: (target: Target) => Promise<T>,
  ): Promise<{ value: T } | { failure: ProxyError }> {
    budget.earn();
    let failure: ProxyError | undefined;
    for (let retries = 0; ; retries += 1) {
      if (call.signal.aborted) throw call.signal.reason;
      const wait = breaker?.wait() ?? 0;
      // Where this call itself has seen how the target fails, that says more than that it is left alone.
      if (wait > 0) return { failure: failure ?? leftAlone(target, wait) };
      try {
        call.receipt.attempts += 1;
        call.receipt.serving(target);
        const value = await attempt(target);
        breaker?.succeeded();
        return { value };
      } catch (error) {
        if (call.signal.aborted) {
          breaker?.unknown();
          throw call.signal.reason;
        }
        failure = toProxyError(error);
        report(breaker, failure);
      }
      if (!failure.retryable || retries >= options.retry.attempts) return { failure };
      const delay = retryDelay(options.retry, retries, failure.retryAfter);
      if (delay === undefined || !budget.spend()) return { failure };
      await pause(delay, call.signal);
    }
  }
}

/** Another target may well serve what this one cannot, or may not with its key; asking this one again would change nothing. */
const concernsTarget = ({ code }: ProxyError): boolean => code === 'unsupported_operation' || code === 'provider_credentials';

/** Only what says that the target itself is unwell counts; a refusal is a sign of life, and so is a limit. */
function report(breaker: Breaker | undefined, failure: ProxyError): void {
  if (failure.source === 'provider' && failure.status >= 500 && failure.retryable) breaker?.failed();
  else if (failure.source === 'provider') breaker?.succeeded();
  else breaker?.unknown();
}

const leftAlone = (target: Target, wait: number): ProxyError =>
  new ProxyError(
    `"${target.provider.name}" has failed several times in a row and is left alone for a moment. Try again later, or use another model.`,
    {
      status: 503,
      code: 'provider_unavailable',
      source: 'proxy',
      retryable: true,
      retryAfter: wait,
    },
  );
