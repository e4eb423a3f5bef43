import type { JsonObject } from '@ai-proxy/core';
import { z } from 'zod';
import { readDuration } from '../span/budget-span.ts';
import { isTimezone } from '../span/time-zone.ts';
import { isReservedTag } from '../grant.ts';

// eslint-disable-next-line no-control-regex -- control characters are what is refused
const isPlain = (text: string): boolean => !/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text) && text.isWellFormed();

const name = z.string().min(1).max(256).refine(isPlain, { error: 'expected text without control characters' });
const names = z.array(name).max(1000);
const count = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const dollars = z.number().nonnegative().max(1_000_000_000);
const duration = z.string().refine((text) => readDuration(text) !== undefined, {
  error: 'expected a duration such as "30d", "12h", "15m" or "1mo"',
});
const timezone = z.string().refine(isTimezone, { error: 'expected the name of a time zone such as "Europe/Paris"' });

const budget = z.strictObject({
  max_budget: dollars.nullish(),
  soft_budget: dollars.nullish(),
  budget_duration: duration.nullish(),
  budget_timezone: timezone.nullish(),
});

/** What limits somebody, by LiteLLM's names. */
const limitFields = {
  max_budget: dollars.nullish(),
  budget_duration: duration.nullish(),
  soft_budget: dollars.nullish(),
  /** The time zone whose days, weeks and months `budget_duration` means. */
  budget_timezone: timezone.nullish(),
  /** Further budgets that hold at the same time. */
  budget_limits: z.array(budget).max(16).nullish(),
  rpm_limit: count.nullish(),
  tpm_limit: count.nullish(),
  max_parallel_requests: count.nullish(),
};

/** What of a key may be set. */
const keyFields = {
  key_alias: name.nullish(),
  user_id: name.nullish(),
  team_id: name.nullish(),
  models: names.nullish(),
  aliases: z.record(name, name).nullish(),
  ...limitFields,
  model_max_budget: z.record(name, z.union([dollars, budget])).nullish(),
  model_rpm_limit: z.record(name, count).nullish(),
  model_tpm_limit: z.record(name, count).nullish(),
  /** The limits of each of the end users for whom the key asks. */
  end_user_limits: z.strictObject(limitFields).nullish(),
  metadata: z.record(z.string(), z.json()).nullish(),
  tags: z
    .array(name.refine((tag) => !isReservedTag(tag), { error: 'tags that begin with "under:" are the gateway’s own' }))
    .max(64)
    .nullish(),
  allowed_routes: names.nullish(),
  allowed_operations: names.nullish(),
  /** Tokens of an answer where the request does not say. */
  max_output_tokens: count.min(1).nullish(),
  /** How long it lives from now; `null` or `-1` for ever. */
  duration: z.union([duration, z.literal('-1')]).nullish(),
  blocked: z.boolean().nullish(),
  /** Whether its holder may make keys below it. */
  can_manage_keys: z.boolean().nullish(),
} as const;

type Maybe<Value> = Value | null | undefined;

/** A budget by LiteLLM's names, in dollars. */
export interface BudgetFields {
  max_budget?: Maybe<number>;
  soft_budget?: Maybe<number>;
  budget_duration?: Maybe<string>;
  budget_timezone?: Maybe<string>;
}

/** What limits somebody. */
export interface LimitFields extends BudgetFields {
  budget_limits?: Maybe<BudgetFields[]>;
  rpm_limit?: Maybe<number>;
  tpm_limit?: Maybe<number>;
  max_parallel_requests?: Maybe<number>;
}

/** What of a key may be set; `null` takes it away. */
export interface KeyFields extends LimitFields {
  key_alias?: Maybe<string>;
  user_id?: Maybe<string>;
  team_id?: Maybe<string>;
  models?: Maybe<string[]>;
  aliases?: Maybe<Record<string, string>>;
  model_max_budget?: Maybe<Record<string, number | BudgetFields>>;
  model_rpm_limit?: Maybe<Record<string, number>>;
  model_tpm_limit?: Maybe<Record<string, number>>;
  end_user_limits?: Maybe<LimitFields>;
  metadata?: Maybe<JsonObject>;
  tags?: Maybe<string[]>;
  allowed_routes?: Maybe<string[]>;
  allowed_operations?: Maybe<string[]>;
  max_output_tokens?: Maybe<number>;
  duration?: Maybe<string>;
  blocked?: Maybe<boolean>;
  can_manage_keys?: Maybe<boolean>;
}

/** Every name of {@link KeyFields}. */
export const keyFieldNames: readonly string[] = Object.keys(keyFields);

const keyText = z.string().min(1).max(300);

/** The bodies of the routes. A field that nobody knows is refused: it would be taken for a limit that holds. */
export const bodies: {
  readonly generate: z.ZodType<KeyFields & { key?: Maybe<string> }>;
  readonly update: z.ZodType<KeyFields & { key: string }>;
  readonly regenerate: z.ZodType<KeyFields & { key?: Maybe<string>; grace_period?: Maybe<string> }>;
  readonly delete: z.ZodType<{ keys?: Maybe<string[]>; key_aliases?: Maybe<string[]> }>;
  readonly one: z.ZodType<{ key: string }>;
} = {
  generate: z.strictObject({ ...keyFields, key: keyText.nullish() }),
  update: z.strictObject({ ...keyFields, key: keyText }),
  regenerate: z.strictObject({ ...keyFields, key: keyText.nullish(), grace_period: duration.nullish() }),
  delete: z
    .strictObject({ keys: z.array(keyText).max(1000).nullish(), key_aliases: z.array(name).max(1000).nullish() })
    .refine(({ keys, key_aliases: aliases }) => (keys?.length ?? 0) + (aliases?.length ?? 0) > 0, {
      error: 'expected "keys" or "key_aliases"',
    }),
  one: z.strictObject({ key: keyText }),
};
