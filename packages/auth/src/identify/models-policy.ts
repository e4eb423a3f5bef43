import { ProxyError } from '@ai-proxy/core';
import type { Call, Policy } from '@ai-proxy/core';
import { grantOf } from '../grant.ts';
import { namesModel } from '../rules/matches.ts';
import { checkOneSpelling } from '../rules/one-spelling.ts';

/** The check of models: after it is known where the call would go, and before anything may answer it. */
export const modelsPolicy: Policy = {
  name: 'keys: models',
  stage: 'plan',
  async handle(call, next) {
    const grant = grantOf(call);
    if (grant) checkOneSpelling(call.input);
    const models = grant?.models ?? [];
    const refused = models.length === 0 ? undefined : refusedModel(call, models);
    if (refused === undefined) return next();
    throw new ProxyError(`This key may not use the model "${shown(refused)}". It may use ${models.join(', ')}.`, {
      status: 403,
      code: 'model_not_allowed',
      param: 'model',
      source: 'policy',
    });
  },
};

/** An alias that a key may use by its name leads wherever the operator says; of anything else every target has to be allowed. */
function refusedModel({ model, plan, native, operation }: Call, models: readonly string[]): string | undefined {
  // What a caller may not use, a listing does not know.
  if (model === undefined || (operation === 'models' && !native)) return undefined;
  if (native) return namesModel(models, model, `${native.provider.name}/${model}`) ? undefined : model;
  if (namesModel(models, model)) return undefined;
  const steps = plan?.steps ?? [];
  const isAllowed = steps.length > 0 && steps.every((step) => namesModel(models, step.model, `${step.provider.name}/${step.model}`));
  return isAllowed ? undefined : model;
}

const shown = (name: string): string => (name.length > 100 ? `${name.slice(0, 100)}...` : name);
