import type { Call } from '../call/call.ts';
import type { Policy } from '../stages/policy.ts';
import type { Plan } from './plan.ts';
import { resolveModel } from './resolve-model.ts';
import type { Routing } from './resolve-model.ts';

/** Decides where a call goes. Pure but for the listings it may have to wait for; runs before the operator's own policies of this stage. */
export function createPlanStage(routing: Routing): Policy {
  return {
    name: 'plan',
    stage: 'plan',
    async handle(call, next) {
      const plan = await planOf(call, routing);
      if (plan) call.plan = plan;
      return next();
    },
  };
}

async function planOf(call: Call, routing: Routing): Promise<Plan | undefined> {
  if (call.native) {
    // On a provider's own routes the model is the provider's affair: any name goes up as it is.
    const { provider } = call.native;
    const model = call.model ?? '';
    return { steps: [{ provider, model, modelInfo: routing.catalog.known(provider, model) }] };
  }
  return call.model === undefined || call.operation === 'models' ? undefined : resolveModel(call.model, routing, call.headers, call.allows);
}
