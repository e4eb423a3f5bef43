import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Call, Policy, Reply, Stage } from '../../src/index.ts';
import { definePolicy, stageOrder } from '../../src/index.ts';
import { foldStages } from '../../src/stages/fold.ts';
import { makeCall } from '../faces/openai/make-call.ts';
import { completion } from '../fixtures/answers.ts';
import { startUpstream, sendJson } from '../fixtures/http-upstream.ts';
import { makeProxy } from '../fixtures/make-proxy.ts';
import { chatRequest } from '../fixtures/make-request.ts';
import { testProvider } from '../fixtures/test-provider.ts';

const reply: Reply = { kind: 'value', status: 200, headers: {}, value: 'last' };

function noting(name: string, stage: Stage | undefined, way: string[]): Policy {
  return definePolicy({
    name,
    ...(stage ? { stage } : {}),
    async handle(_call, next) {
      way.push(`in ${name}`);
      const answer = await next();
      way.push(`out ${name}`);
      return answer;
    },
  });
}

describe('foldStages', () => {
  it('orders by stage, then as given, and answers pass the other way', async () => {
    const stages = fc.array(fc.constantFrom(undefined, ...stageOrder), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(stages, async (given) => {
        const way: string[] = [];
        const policies = given.map((stage, index) => noting(String(index), stage, way));
        const answer = await foldStages(policies, async () => reply)(makeCall('chat'));
        const rank = (index: number): number => stageOrder.indexOf(given[index] ?? 'guard');
        const order = given.map((_, index) => index).toSorted((a, b) => rank(a) - rank(b) || a - b);
        expect(way).toEqual([...order.map((index) => `in ${index}`), ...order.toReversed().map((index) => `out ${index}`)]);
        expect(answer).toBe(reply);
      }),
      { numRuns: 100 },
    );
  });

  it('hands every policy the same call', async () => {
    const call = makeCall('chat');
    const seen: Call[] = [];
    const looking: Policy = {
      name: 'looking',
      handle(one, next) {
        seen.push(one);
        return next();
      },
    };
    await foldStages([looking, looking], async (one) => {
      seen.push(one);
      return reply;
    })(call);
    expect(seen).toEqual([call, call, call]);
  });

  it('lets a policy answer by itself', async () => {
    let reached = false;
    const own: Reply = { kind: 'value', status: 200, headers: {}, value: 'own' };
    const answer = await foldStages([{ name: 'own', handle: async () => own }], async () => {
      reached = true;
      return reply;
    })(makeCall('chat'));
    expect(answer).toBe(own);
    expect(reached).toBe(false);
  });

  it('throws when next is called twice, and names the policy', async () => {
    let times = 0;
    const twice: Policy = {
      name: 'eager',
      async handle(_call, next) {
        await next();
        return next();
      },
    };
    const stages = foldStages([twice], async () => {
      times += 1;
      return reply;
    });
    await expect(stages(makeCall('chat'))).rejects.toThrow('the policy "eager" called next() twice');
    expect(times).toBe(1);
  });

  it.each([undefined, null])('throws when a policy gives %s, and names it', async (nothing) => {
    const forgetful: Policy = {
      name: 'forgetful',
      async handle(_call, next) {
        await next();
        return nothing as unknown as Reply;
      },
    };
    await expect(foldStages([forgetful], async () => reply)(makeCall('chat'))).rejects.toThrow('the policy "forgetful" returned no reply');
  });

  it('passes on what is thrown', async () => {
    const failing: Policy = { name: 'failing', handle: () => Promise.reject(new Error('no')) };
    await expect(foldStages([failing], async () => reply)(makeCall('chat'))).rejects.toThrow('no');
  });
});

describe('the stages of a call', () => {
  it('stand in their order around the plan, wherever they were written', async () => {
    const upstream = await startUpstream((_request, response) => sendJson(response, 200, completion('hi')));
    const way: string[] = [];
    const note = (name: string, stage?: Stage): Policy => ({
      name,
      ...(stage ? { stage } : {}),
      handle(call, next) {
        way.push(`${name}:${call.plan ? 'planned' : 'open'}`);
        return next();
      },
    });
    const order = ['attempts', 'admit', 'reuse', 'plan', undefined, 'guard', 'shape', 'identify'] as const;
    const { ask } = makeProxy([testProvider(upstream.url)], { policies: order.map((stage) => note(stage ?? 'default', stage)) });
    const answer = await ask(chatRequest());
    expect(answer.status).toBe(200);
    expect(way).toEqual([
      'identify:open',
      'shape:open',
      'default:open',
      'guard:open',
      'plan:planned',
      'reuse:planned',
      'admit:planned',
      'attempts:planned',
    ]);
    expect(upstream.requests).toHaveLength(1);
  });

  it.each([
    ['calls next twice', async (_call: Call, next: () => Promise<Reply>) => (await next(), next())],
    ['returns nothing', async () => undefined as unknown as Reply],
  ])('answer 500 where a policy %s, and tell the operator why', async (_what, handle) => {
    const upstream = await startUpstream((_request, response) => sendJson(response, 200, completion('hi')));
    const { ask, logs, receipts } = makeProxy([testProvider(upstream.url)], { policies: [{ name: 'wrong', handle }] });
    const answer = await ask(chatRequest());
    expect(answer.status).toBe(500);
    expect(answer.error()).toMatchObject({ code: 'internal_error', type: 'api_error' });
    expect(answer.text).not.toContain('wrong');
    expect(receipts.map(({ outcome, code }) => [outcome, code])).toEqual([['internal_error', 'internal_error']]);
    expect(logs.map(({ level }) => level)).toEqual(['error']);
    expect(String(logs[0]?.fields.cause)).toContain('the policy "wrong"');
  });

  it('let a policy change what goes up', async () => {
    const upstream = await startUpstream((_request, response) => sendJson(response, 200, completion('hi')));
    const shaping: Policy = {
      name: 'shaping',
      stage: 'shape',
      handle(call, next) {
        call.input = { ...call.input, temperature: 0 };
        return next();
      },
    };
    const { ask } = makeProxy([testProvider(upstream.url)], { policies: [shaping] });
    await ask(chatRequest());
    expect(upstream.requests[0]?.json()).toMatchObject({ temperature: 0, model: 'small' });
  });
});
