import type { Budget, KeyLimits, KeyRecord } from '@ai-proxy/core';
import type { BudgetFields, KeyFields, LimitFields } from './key-fields.ts';

/** A record by LiteLLM's names, as requests set it. Nothing of it opens anything. */
export function toFields(record: KeyRecord): KeyFields {
  const perModel = Object.entries(record.limits.perModel ?? {});
  const collect = <Value>(read: (limits: KeyLimits) => Value | undefined): Record<string, Value> | null => {
    const found = perModel.flatMap(([pattern, limits]) => {
      const value = read(limits);
      return value === undefined ? [] : [[pattern, value] as const];
    });
    return found.length === 0 ? null : Object.fromEntries(found);
  };
  return {
    key_alias: record.alias ?? null,
    user_id: record.owner ?? null,
    team_id: record.team ?? null,
    models: [...record.models],
    aliases: { ...record.modelAliases },
    ...limitFieldsOf(record.limits),
    model_max_budget: collect(({ budgets: [first] = [] }) => first && budgetFieldsOf(first)),
    model_rpm_limit: collect(({ requestsPerMinute }) => requestsPerMinute),
    model_tpm_limit: collect(({ tokensPerMinute }) => tokensPerMinute),
    end_user_limits: Object.keys(record.endUserLimits).length === 0 ? null : limitFieldsOf(record.endUserLimits),
    metadata: { ...record.metadata },
    tags: [...record.tags],
    allowed_routes: [...record.routes],
    allowed_operations: [...record.operations],
    max_output_tokens: record.maxOutputTokens ?? null,
    blocked: record.blocked,
    can_manage_keys: record.managesKeys,
  };
}

/** What an answer says of a key beside its fields. */
export const shownOf = (record: KeyRecord): Record<string, unknown> => ({
  ...toFields(record),
  token_id: record.id,
  token: record.id,
  key_name: record.masked,
  expires: record.expiresAt === undefined ? null : new Date(record.expiresAt).toISOString(),
  parent: record.parent ?? null,
  created_at: new Date(record.createdAt).toISOString(),
  updated_at: new Date(record.updatedAt).toISOString(),
  created_by: record.createdBy,
});

function limitFieldsOf({ budgets = [], requestsPerMinute, tokensPerMinute, parallel }: KeyLimits): Required<LimitFields> {
  const [first, ...others] = budgets;
  return {
    ...(first ? budgetFieldsOf(first) : noBudget),
    budget_limits: others.length === 0 ? null : others.map(budgetFieldsOf),
    rpm_limit: requestsPerMinute ?? null,
    tpm_limit: tokensPerMinute ?? null,
    max_parallel_requests: parallel ?? null,
  };
}

const noBudget = { max_budget: null, soft_budget: null, budget_duration: null, budget_timezone: null };

const budgetFieldsOf = ({ limit, soft, every, timezone }: Budget): Required<BudgetFields> => ({
  max_budget: limit === undefined ? null : toDollars(limit),
  soft_budget: soft === undefined ? null : toDollars(soft),
  budget_duration: every ?? null,
  budget_timezone: timezone ?? null,
});

/** On the wire of these routes money is a number of dollars. */
export const toDollars = (micros: number): number => micros / 1_000_000;
