import { z } from 'zod';
import { readDuration } from '../span/budget-span.ts';
import { isTimezone } from '../span/time-zone.ts';

const count = z.number().int().nonnegative();

const budget = z.strictObject({
  limit: count.optional(),
  soft: count.optional(),
  every: z
    .string()
    .refine((text) => readDuration(text) !== undefined, { error: 'expected a duration such as "30d", "1h" or "1mo"' })
    .optional(),
  timezone: z.string().refine(isTimezone, { error: 'expected the name of a time zone such as "Europe/Paris"' }).optional(),
});

const flat = {
  budgets: z.array(budget).max(20).optional(),
  requestsPerMinute: count.optional(),
  tokensPerMinute: count.optional(),
  parallel: count.optional(),
};

/** `KeyLimits`, as options hold them. */
export const limitsSchema: z.ZodType = z.strictObject({ ...flat, perModel: z.record(z.string().min(1), z.strictObject(flat)).optional() });
