import type { Call } from '../call/call.ts';
import type { Reply } from '../call/reply.ts';
import { stageOrder } from './policy.ts';
import type { Policy } from './policy.ts';

export type Stages = (call: Call) => Promise<Reply>;

/**
 * Makes one function of all policies: by stage first, then in the order in which they were given. The check of a key thus
 * stands before a cache wherever either was written.
 */
export function foldStages(policies: readonly Policy[], last: Stages): Stages {
  const ordered = stageOrder.flatMap((stage) => policies.filter((policy) => (policy.stage ?? 'guard') === stage));
  return ordered.reduceRight<Stages>((next, policy) => (call) => runPolicy(policy, call, next), last);
}

async function runPolicy(policy: Policy, call: Call, next: Stages): Promise<Reply> {
  let called = false;
  const reply = (await policy.handle(call, () => {
    if (called) throw new Error(`the policy "${policy.name}" called next() twice; a call goes on once`);
    called = true;
    return next(call);
  })) as Reply | null | undefined;
  if (reply === undefined || reply === null)
    throw new Error(`the policy "${policy.name}" returned no reply; return what next() gives, or a reply of its own`);
  return reply;
}
