import { nearestNames } from '@ai-proxy/core';
import { z } from 'zod';
import { limitsSchema } from './limits-schema.ts';

const isFunction = (value: unknown): boolean => typeof value === 'function';
const hasFunctions = (...names: readonly string[]) => ({
  of: (value: unknown): boolean =>
    typeof value === 'object' && value !== null && names.every((name) => isFunction((value as Record<string, unknown>)[name])),
});
const storeOf = (what: string, ...names: readonly string[]): z.ZodType =>
  z.custom((value) => hasFunctions(...names).of(value), { error: `expected ${what}` });
const functionSchema = z.custom(isFunction, { error: 'expected a function' });
const limitsOf = z.union([functionSchema, z.record(z.string(), limitsSchema)]);
const rate = z.number().nonnegative();
const rates = z.strictObject({
  inputPerMillion: rate.optional(),
  cachedPerMillion: rate.optional(),
  outputPerMillion: rate.optional(),
  perPage: rate.optional(),
  perAnnotatedPage: rate.optional(),
  perSecond: rate.optional(),
  charactersPerMillion: rate.optional(),
  perRequest: rate.optional(),
});
const count = z.number().int().nonnegative();
const positive = z.number().int().min(1);

const schema = z.strictObject({
  store: storeOf('a store of keys: call it, as in store: memoryKeyStore()', 'findByHash', 'changes').optional(),
  counter: storeOf('a counter: call it, as in counter: memoryCounter()', 'reserve', 'settle').optional(),
  ledger: storeOf('a ledger: call it, as in ledger: memoryLedger()', 'spend', 'calls').optional(),
  waysIn: z.array(functionSchema).optional(),
  owners: limitsOf.optional(),
  teams: limitsOf.optional(),
  endUsers: limitsOf.optional(),
  unknownPrice: z.union([z.enum(['refuse', 'allow']), rates]).optional(),
  bounds: z
    .record(
      z.string(),
      z.strictObject({
        inputTokens: count.optional(),
        outputTokens: positive.optional(),
        pages: count.optional(),
        annotatedPages: count.optional(),
        seconds: rate.optional(),
        characters: count.optional(),
        items: count.optional(),
        dollars: rate.optional(),
      }),
    )
    .optional(),
  mediaTokens: count.optional(),
  objects: storeOf('a store of owners: call it, as in objects: memoryOwners()', 'record', 'find', 'forget', 'count').optional(),
  objectOwner: functionSchema.optional(),
  stateful: z.union([z.literal('all'), z.array(z.string())]).optional(),
  tenant: functionSchema.optional(),
  acceptForeignKeys: z.boolean().optional(),
  queryParameter: z.string().min(1).optional(),
  patience: z.strictObject({ timeout: positive.optional(), failures: positive.optional(), probeAfter: positive.optional() }).optional(),
  reservationTtl: positive.min(1000).optional(),
  localShare: z.number().gt(0).max(1).optional(),
  ledgerLag: count.optional(),
  remembered: positive.optional(),
  onSoftBudget: functionSchema.optional(),
  log: z.custom((value) => hasFunctions('warn', 'error').of(value), { error: 'expected a log' }).optional(),
  now: functionSchema.optional(),
});

/** Throws where the options of `keys` are not right; every mistake is named with its path. */
export function checkKeysOptions(options: unknown): void {
  const result = schema.safeParse(options);
  if (!result.success) throw new TypeError(`The options of keys() are not right:\n${explain(result.error, Object.keys(schema.shape))}`);
  const { store, waysIn = [] } = result.data;
  if (store === undefined && waysIn.length === 0) {
    throw new TypeError(
      'keys() lets nobody in: give it a store, as in keys({ store: memoryKeyStore() }), or a way in, as in keys({ waysIn: [jwt({ … })] }).',
    );
  }
}

/** One line for each mistake. */
export function explain(error: z.ZodError, names: readonly string[]): string {
  return error.issues
    .map((issue) => {
      const place = issue.path.map(String).join('.');
      if (issue.code !== 'unrecognized_keys') return `  - ${place === '' ? 'the options' : place}: ${issue.message}`;
      return issue.keys
        .map((key) => {
          const [near] = place === '' ? nearestNames(key, names, 1) : [];
          const full = place === '' ? key : `${place}.${key}`;
          return near === undefined ? `  - there is no option "${full}"` : `  - there is no option "${full}"; did you mean "${near}"?`;
        })
        .join('\n');
    })
    .join('\n');
}
