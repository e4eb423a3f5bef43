import { describe, expect, it } from 'vitest';
import { createStepRunner } from '../../src/attempts/run-steps.ts';
import type { StepOptions } from '../../src/attempts/run-steps.ts';
import type { Call, Plan, Target } from '../../src/index.ts';
import { ProxyError } from '../../src/index.ts';
import { makeCall } from '../faces/openai/make-call.ts';
import { createGate } from '../fixtures/gate.ts';
import { testProvider } from '../fixtures/test-provider.ts';
import { trackTimers } from '../fixtures/timers.ts';

const atOnce: StepOptions = { retry: { attempts: 2, delay: 0, maxDelay: 1000 }, breaker: false };

const target = (name: string): Target => ({ provider: testProvider('http://127.0.0.1:1', { name }), model: 'm', modelInfo: undefined });

function planOf(first: string, ...rest: string[]): Plan {
  return { steps: [target(first), ...rest.map(target)] };
}

const failure = (options: Partial<ConstructorParameters<typeof ProxyError>[1]> = {}): ProxyError =>
  new ProxyError('failed', { status: 503, code: null, source: 'provider', retryable: true, ...options });

function callWith(signal: AbortSignal = new AbortController().signal): Call {
  return { ...makeCall('chat'), signal };
}

describe('createStepRunner', () => {
  it('asks each target as often as it may, then the next, and gives the last failure', async () => {
    const asked: string[] = [];
    const call = callWith();
    const attempt = async ({ provider }: Target): Promise<never> => {
      asked.push(provider.name);
      throw failure({ code: provider.name });
    };
    await expect(createStepRunner(atOnce).run(call, planOf('a', 'b'), attempt)).rejects.toMatchObject({ code: 'b' });
    expect(asked).toEqual(['a', 'a', 'a', 'b', 'b', 'b']);
    expect(call.receipt).toMatchObject({ attempts: 6, step: 1, provider: 'b', modelServed: 'm' });
  });

  it('stops at the first that answers', async () => {
    const asked: string[] = [];
    const call = callWith();
    const value = await createStepRunner(atOnce).run(call, planOf('a', 'b', 'c'), async ({ provider }) => {
      asked.push(provider.name);
      if (provider.name === 'a') throw failure();
      return 'answer';
    });
    expect([value, asked]).toEqual(['answer', ['a', 'a', 'a', 'b']]);
    expect(call.receipt).toMatchObject({ attempts: 4, step: 1, provider: 'b' });
  });

  it('stops at a failure that would only be repeated', async () => {
    const asked: string[] = [];
    const call = callWith();
    const attempt = async ({ provider }: Target): Promise<never> => {
      asked.push(provider.name);
      throw failure({ status: 400, retryable: false });
    };
    await expect(createStepRunner(atOnce).run(call, planOf('a', 'b'), attempt)).rejects.toMatchObject({ status: 400 });
    expect(asked).toEqual(['a']);
  });

  it('treats what is no ProxyError as a mistake of its own, and does not repeat it', async () => {
    let asked = 0;
    const attempt = async (): Promise<never> => {
      asked += 1;
      throw new TypeError('a bug');
    };
    await expect(createStepRunner(atOnce).run(callWith(), planOf('a', 'b'), attempt)).rejects.toMatchObject({ code: 'internal_error' });
    expect(asked).toBe(1);
  });

  it('goes to the next target at once where a provider asks for more patience than there is', async () => {
    const asked: string[] = [];
    const value = await createStepRunner(atOnce).run(callWith(), planOf('a', 'b'), async ({ provider }) => {
      asked.push(provider.name);
      if (provider.name === 'a') throw failure({ status: 429, retryAfter: 1001 });
      return 'answer';
    });
    expect([value, asked]).toEqual(['answer', ['a', 'b']]);
  });

  it('tells of a Retry-After that it did not wait for', async () => {
    const attempt = async (): Promise<never> => {
      throw failure({ status: 429, retryAfter: 60_000 });
    };
    await expect(createStepRunner(atOnce).run(callWith(), planOf('a'), attempt)).rejects.toMatchObject({ status: 429, retryAfter: 60_000 });
  });

  it('stops when the caller leaves during an attempt', async () => {
    const leaving = new AbortController();
    const reason = failure({ status: 499, code: 'caller_left' });
    let asked = 0;
    const attempt = async (): Promise<never> => {
      asked += 1;
      leaving.abort(reason);
      throw failure();
    };
    await expect(createStepRunner(atOnce).run(callWith(leaving.signal), planOf('a', 'b'), attempt)).rejects.toBe(reason);
    expect(asked).toBe(1);
  });

  it('stops at once when the caller leaves during the pause', async () => {
    const timersArmed = trackTimers();
    const leaving = new AbortController();
    const reason = failure({ status: 499, code: 'caller_left' });
    const failed = createGate();
    let asked = 0;
    const patient: StepOptions = { retry: { attempts: 5, delay: 1_000_000, maxDelay: 2_000_000 }, breaker: false };
    const run = createStepRunner(patient).run(callWith(leaving.signal), planOf('a', 'b'), async () => {
      asked += 1;
      failed.open();
      throw failure();
    });
    await failed.opened;
    setImmediate(() => leaving.abort(reason));
    await expect(run).rejects.toBe(reason);
    expect(asked).toBe(1);
    expect(timersArmed()).toBe(0);
  });

  it('does not begin when the caller has left already', async () => {
    const reason = failure({ code: 'caller_left' });
    let asked = 0;
    const run = createStepRunner(atOnce).run(callWith(AbortSignal.abort(reason)), planOf('a'), async () => {
      asked += 1;
    });
    await expect(run).rejects.toBe(reason);
    expect(asked).toBe(0);
  });

  it('adds at most a tenth and ten attempts to the load of a target that always fails', async () => {
    const { run } = createStepRunner({ retry: { attempts: 5, delay: 0, maxDelay: 0 }, breaker: false });
    let attempts = 0;
    const calls = 500;
    const plan = planOf('a');
    for (let call = 0; call < calls; call += 1) {
      const attempt = async (): Promise<never> => {
        attempts += 1;
        throw failure();
      };
      await expect(run(callWith(), plan, attempt)).rejects.toMatchObject({ status: 503 });
    }
    expect(attempts).toBeLessThanOrEqual(calls * 1.1 + 10);
    expect(attempts).toBeGreaterThan(calls);
  });

  it('bounds the load of each target by itself', async () => {
    const { run } = createStepRunner({ retry: { attempts: 20, delay: 0, maxDelay: 0 }, breaker: false });
    const attempts: Record<string, number> = {};
    const attempt = async ({ provider }: Target): Promise<never> => {
      attempts[provider.name] = (attempts[provider.name] ?? 0) + 1;
      throw failure();
    };
    await expect(run(callWith(), planOf('a', 'b'), attempt)).rejects.toMatchObject({ status: 503 });
    expect(attempts).toEqual({ a: 11, b: 11 });
  });

  it('leaves a target alone after failures in a row, says for how long, and asks the others', async () => {
    const { run } = createStepRunner({ retry: { attempts: 0, delay: 0, maxDelay: 0 }, breaker: { failures: 3, resetAfter: 60_000 } });
    let asked = 0;
    const failing = async ({ provider }: Target): Promise<string> => {
      if (provider.name === 'b') return 'b answered';
      asked += 1;
      throw failure({ status: 502 });
    };
    for (let call = 0; call < 3; call += 1) await expect(run(callWith(), planOf('a'), failing)).rejects.toMatchObject({ status: 502 });
    await expect(run(callWith(), planOf('a'), failing)).rejects.toSatisfy((error: ProxyError) => {
      expect(error).toMatchObject({ status: 503, code: 'provider_unavailable', retryable: true });
      expect(error.retryAfter).toBeGreaterThan(0);
      expect(error.retryAfter).toBeLessThanOrEqual(60_000);
      return true;
    });
    expect(asked).toBe(3);
    expect(await run(callWith(), planOf('a', 'b'), failing)).toBe('b answered');
    expect(asked).toBe(3);
  });

  it.each([
    ['a limit', failure({ status: 429 })],
    ['a refusal', failure({ status: 400, retryable: false })],
    ['a mistake of the proxy', new TypeError('a bug')],
    ['a failure that is not the target’s', failure({ status: 503, source: 'policy' })],
  ])('does not count %s against a target', async (_what, error) => {
    const { run } = createStepRunner({ retry: { attempts: 0, delay: 0, maxDelay: 0 }, breaker: { failures: 2, resetAfter: 60_000 } });
    let asked = 0;
    const attempt = async (): Promise<never> => {
      asked += 1;
      throw error;
    };
    for (let call = 0; call < 5; call += 1) await expect(run(callWith(), planOf('a'), attempt)).rejects.toBeInstanceOf(ProxyError);
    expect(asked).toBe(5);
  });

  it('tells why the target failed where the breaker opens between two attempts', async () => {
    const { run } = createStepRunner({ retry: { attempts: 5, delay: 0, maxDelay: 0 }, breaker: { failures: 2, resetAfter: 60_000 } });
    let asked = 0;
    const attempt = async (): Promise<never> => {
      asked += 1;
      throw failure({ status: 502, code: 'upstream_reset' });
    };
    await expect(run(callWith(), planOf('a'), attempt)).rejects.toMatchObject({ status: 502, code: 'upstream_reset' });
    expect(asked).toBe(2);
  });
});
