import type { Budget, KeyLimits, KeyRecord } from '@ai-proxy/core';
import { toMicros } from '../bound/greatest-cost.ts';
import { durationFrom } from '../span/budget-span.ts';
import type { BudgetFields, KeyFields, LimitFields } from './key-fields.ts';
import { toFields } from './to-fields.ts';

/** A record with the fields that a request names in the place of its own. `null` takes a field away; one that is not named stays. */
export function withFields(record: KeyRecord, fields: KeyFields, now: number): KeyRecord {
  const given = <Name extends keyof KeyFields, Kept>(
    name: Name,
    kept: Kept,
    read: (value: NonNullable<KeyFields[Name]>) => Kept,
    none: Kept,
  ): Kept => {
    const value = fields[name];
    if (value === undefined) return kept;
    return value === null ? none : read(value);
  };
  const same = <Value>(value: Value): Value => value;
  return {
    ...record,
    alias: given('key_alias', record.alias, same<string | undefined>, undefined),
    owner: given('user_id', record.owner, same<string | undefined>, undefined),
    team: given('team_id', record.team, same<string | undefined>, undefined),
    models: given('models', record.models, same<readonly string[]>, []),
    modelAliases: given('aliases', record.modelAliases, same<Readonly<Record<string, string>>>, {}),
    operations: given('allowed_operations', record.operations, same<readonly string[]>, []),
    routes: given('allowed_routes', record.routes, same<readonly string[]>, []),
    expiresAt: given('duration', record.expiresAt, (text) => durationFrom(text, now), undefined),
    blocked: given('blocked', record.blocked, same<boolean>, false),
    tags: given('tags', record.tags, same<readonly string[]>, []),
    metadata: given('metadata', record.metadata, same<KeyRecord['metadata']>, {}),
    maxOutputTokens: given('max_output_tokens', record.maxOutputTokens, same<number | undefined>, undefined),
    // Limits are one whole: what a request does not name of them is read from the record as it would be shown.
    limits: toLimits({ ...toFields(record), ...withoutUndefined(fields) }),
    endUserLimits: given('end_user_limits', record.endUserLimits, toLimits, {}),
    managesKeys: given('can_manage_keys', record.managesKeys, same<boolean>, false),
    updatedAt: now,
  };
}

type ModelLimitFields = Partial<Pick<KeyFields, 'model_max_budget' | 'model_rpm_limit' | 'model_tpm_limit'>>;

const withoutUndefined = (fields: KeyFields): KeyFields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as KeyFields;

function toLimits(fields: LimitFields & ModelLimitFields): KeyLimits {
  const { rpm_limit: requests, tpm_limit: tokens, max_parallel_requests: parallel } = fields;
  const budgets = [...(isSaid(fields.max_budget) || isSaid(fields.soft_budget) ? [fields] : []), ...(fields.budget_limits ?? [])].map(
    toBudget,
  );
  const perModel = toPerModel(fields);
  return {
    ...(budgets.length > 0 ? { budgets } : {}),
    ...(isSaid(requests) ? { requestsPerMinute: requests } : {}),
    ...(isSaid(tokens) ? { tokensPerMinute: tokens } : {}),
    ...(isSaid(parallel) ? { parallel } : {}),
    ...(perModel ? { perModel } : {}),
  };
}

function toPerModel({
  model_max_budget: money,
  model_rpm_limit: requests,
  model_tpm_limit: tokens,
}: ModelLimitFields): KeyLimits['perModel'] {
  const patterns = new Set([money, requests, tokens].flatMap((limits) => Object.keys(limits ?? {})));
  if (patterns.size === 0) return undefined;
  return Object.fromEntries(
    [...patterns].map((pattern) => {
      const budget = ownOf(money, pattern);
      const [rpm, tpm] = [ownOf(requests, pattern), ownOf(tokens, pattern)];
      return [
        pattern,
        {
          ...(budget === undefined ? {} : { budgets: [toBudget(typeof budget === 'number' ? { max_budget: budget } : budget)] }),
          ...(rpm === undefined ? {} : { requestsPerMinute: rpm }),
          ...(tpm === undefined ? {} : { tokensPerMinute: tpm }),
        },
      ];
    }),
  );
}

/** A model may be called `constructor`, which every object has. */
const ownOf = <Value>(values: Readonly<Record<string, Value>> | null | undefined, name: string): Value | undefined =>
  values && Object.hasOwn(values, name) ? values[name] : undefined;

function toBudget({ max_budget: most, soft_budget: soft, budget_duration: every, budget_timezone: timezone }: BudgetFields): Budget {
  return {
    ...(isSaid(most) ? { limit: toMicros(most) } : {}),
    ...(isSaid(soft) ? { soft: toMicros(soft) } : {}),
    ...(isSaid(every) ? { every } : {}),
    ...(isSaid(timezone) ? { timezone } : {}),
  };
}

const isSaid = <Value>(value: Value | null | undefined): value is Value => value !== undefined && value !== null;
