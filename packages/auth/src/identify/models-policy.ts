import { isJsonObject, ProxyError } from '@ai-proxy/core';
import type { Call, JsonValue, Policy } from '@ai-proxy/core';
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
    throw modelNotAllowed(refused, models);
  },
};

/** The same for requests that a job is made of: each may name a model of its own. */
export function checkModelsOf(call: Call, requests: readonly JsonValue[]): void {
  const models = grantOf(call)?.models ?? [];
  const provider = call.native?.provider.name;
  if (models.length === 0 || provider === undefined) return;
  for (const request of requests) {
    const body = isJsonObject(request) ? request['body'] : undefined;
    const model = isJsonObject(body) ? body['model'] : undefined;
    if (typeof model === 'string' && !namesModel(models, model, `${provider}/${model}`)) throw modelNotAllowed(model, models);
  }
}

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

const modelNotAllowed = (refused: string, models: readonly string[]): ProxyError =>
  new ProxyError(`This key may not use the model "${shown(refused)}". It may use ${models.join(', ')}.`, {
    status: 403,
    code: 'model_not_allowed',
    param: 'model',
    source: 'policy',
  });

const shown = (name: string): string => (name.length > 100 ? `${name.slice(0, 100)}...` : name);
