import { z } from 'zod';
import type { CallerFace } from '../faces/face.ts';
import type { Log } from '../log/log.ts';
import { readHostEntry } from '../fetching/host-entries.ts';
import { nearestNames } from '../path/nearest-names.ts';
import { checkProviderName } from '../provider/check-provider-name.ts';
import type { Provider } from '../provider/provider.ts';
import { findAliasCycle } from '../routing/check-aliases.ts';
import type { Prices } from '../receipt/price.ts';
import type { ReceiptSink } from '../receipt/sink.ts';
import type { Policy } from '../stages/policy.ts';
import type { Transport } from '../transport/transport.ts';
import type { ProxyOptions, Retry, Settings } from './options.ts';

const count = z.number().int().nonnegative();
const milliseconds = z
  .number()
  .nonnegative()
  .max(2 ** 31 - 1);
const isFunction = (value: unknown): boolean => typeof value === 'function';
const functionSchema = z.custom<(...values: never[]) => unknown>(isFunction, { error: 'expected a function' });

const routeSchema: z.ZodType = z.lazy(() => z.union([z.string().min(1), z.strictObject({ fallback: z.array(routeSchema).min(1) })]));

const providerSchema = z.custom<Provider>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'operations' in value &&
    'error' in value,
  { error: 'expected a provider: call it, as in providers: [mistral()]' },
);

const faceSchema = z.custom<CallerFace>(
  (value) => typeof value === 'object' && value !== null && 'match' in value && isFunction(value.match),
  {
    error: 'expected a face: call it, as in faces: [ollamaFace()]',
  },
);

const policySchema = z.custom<Policy>(
  (value) => typeof value === 'object' && value !== null && 'handle' in value && isFunction(value.handle),
  {
    error: 'expected a policy: an object with a name, a stage and a handle(call, next)',
  },
);

const hasFunctions = (value: unknown, ...names: readonly string[]): boolean =>
  typeof value === 'object' && value !== null && names.every((name) => isFunction((value as Record<string, unknown>)[name]));

const logSchema = z.custom<Log>((value) => hasFunctions(value, 'debug', 'info', 'warn', 'error'), {
  error: 'expected a log: an object with the functions debug, info, warn and error, as pino makes and console is',
});

// Headers are looked up as Node and fetch give them: in small letters.
const headerNameSchema = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, 'expected the name of a header, such as "x-customer"')
  .toLowerCase();

const sinkSchema = z.custom<ReceiptSink>((value) => hasFunctions(value, 'settled'), {
  error: 'expected a sink of receipts: an object with a name and settled(receipt)',
});

const pricesSchema = z.custom<Prices>((value) => hasFunctions(value, 'priceOf'), {
  error: 'expected prices: call it, as in prices: prices()',
});

const transportSchema = z.custom<Transport>((value) => hasFunctions(value, 'send', 'close'), {
  error: 'expected a transport: what createTransport() gives',
});

// Browsers send an origin without a path: one that is written with a slash at its end would never be met.
const originSchema = z.string().refine((value) => URL.canParse(value) && new URL(value).origin === value, {
  error: 'expected an origin such as "https://app.example.com", with nothing behind the host',
});

const hostSchema = z.string().refine((value) => readHostEntry(value) !== undefined, {
  error: 'expected a host such as "images.example.com" or "images.example.com:8443", with neither scheme nor path',
});

const schema = z.strictObject({
  providers: z.array(providerSchema),
  aliases: z.record(z.string().min(1), routeSchema).default({}),
  faces: z.array(faceSchema).default([]),
  policies: z
    .preprocess((given) => (Array.isArray(given) ? (given as readonly unknown[]).flat() : given), z.array(policySchema))
    .prefault([]),
  strict: z.boolean().default(false),
  limits: z
    .strictObject({
      body: count.default(10 * 1024 * 1024),
      depth: count.min(1).default(128),
      answer: count.default(64 * 1024 * 1024),
      event: count.default(16 * 1024 * 1024),
      held: count.min(16 * 1024).default(256 * 1024),
    })
    .prefault({}),
  timeouts: z
    .strictObject({
      connect: milliseconds.default(10_000),
      firstByte: milliseconds.default(300_000),
      idle: milliseconds.default(120_000),
      total: milliseconds.default(0),
      write: milliseconds.default(60_000),
      headers: milliseconds.default(10_000),
      keepAlive: milliseconds.default(15_000),
    })
    .prefault({}),
  retry: z
    .union([
      z.literal(false),
      z.strictObject({ attempts: count.default(2), delay: milliseconds.default(500), maxDelay: milliseconds.default(10_000) }),
    ])
    .prefault({}),
  breaker: z
    .union([z.literal(false), z.strictObject({ failures: count.min(1).default(10), resetAfter: milliseconds.default(10_000) })])
    .prefault({}),
  cors: z
    .union([z.literal(false), z.strictObject({ origins: z.union([z.literal('*'), z.array(originSchema)]), maxAge: count.optional() })])
    .default(false),
  remoteFiles: z
    .union([
      z.literal(false),
      z.strictObject({
        hosts: z.array(hostSchema).optional(),
        trustedHosts: z.array(hostSchema).default([]),
        maxBytes: count.min(1).default(10 * 1024 * 1024),
        maxTotalBytes: count.min(1).default(20 * 1024 * 1024),
        maxFiles: count.min(1).default(8),
        maxRedirects: count.default(3),
        timeout: milliseconds.min(1).default(10_000),
      }),
    ])
    .default(false),
  log: logSchema.optional(),
  receipts: z.array(sinkSchema).default([]),
  prices: pricesSchema.optional(),
  endUserHeader: headerNameSchema.optional(),
  costInBody: z.boolean().default(false),
  onReceipt: functionSchema.optional(),
  transport: transportSchema.optional(),
});

/** For bindings, whose own options stand beside these. */
export const proxyOptionNames: readonly string[] = Object.keys(schema.shape);

const neverAgain: Retry = { attempts: 0, delay: 0, maxDelay: 0 };

/** Checks options and puts the defaults in. Every mistake is named with its path; a misspelt name with the nearest right one. */
export function readOptions(options: ProxyOptions): Settings {
  const result = schema.safeParse(options);
  if (!result.success)
    throw new TypeError(
      `The options of the proxy are not right:\n${explain(result.error)
        .map((line) => `  - ${line}`)
        .join('\n')}`,
    );
  const { data } = result;
  const settings = { ...data, retry: data.retry === false ? neverAgain : data.retry } as unknown as Settings;
  checkProviders(settings.providers);
  const cycle = findAliasCycle(settings.aliases);
  if (cycle) throw new TypeError(`The aliases lead in a circle: ${cycle.join(' -> ')}.`);
  return settings;
}

function checkProviders(providers: readonly Provider[]): void {
  if (providers.length === 0) {
    throw new TypeError(
      'No provider is configured. Give at least one, as in providers: [mistral()], or set MISTRAL_API_KEY or OLLAMA_HOST and leave the options out.',
    );
  }
  const names = new Set<string>();
  for (const { name } of providers) {
    checkProviderName('providers', name);
    if (names.has(name))
      throw new TypeError(`Two providers are named "${name}". Give one another name, as in mistral({ name: 'codestral' }).`);
    names.add(name);
  }
}

const optionNames: Readonly<Record<string, readonly string[]>> = {
  '': proxyOptionNames,
  limits: ['body', 'depth', 'answer', 'event', 'held'],
  timeouts: ['connect', 'firstByte', 'idle', 'total', 'write', 'headers', 'keepAlive'],
  retry: ['attempts', 'delay', 'maxDelay'],
  breaker: ['failures', 'resetAfter'],
  cors: ['origins', 'maxAge'],
  remoteFiles: ['hosts', 'trustedHosts', 'maxBytes', 'maxTotalBytes', 'maxFiles', 'maxRedirects', 'timeout'],
};

function explain(error: z.ZodError): string[] {
  return error.issues.flatMap((issue) => explainIssue(issue, issue.path));
}

function explainIssue(issue: z.core.$ZodIssue, path: readonly PropertyKey[]): string[] {
  const place = path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const [near] = nearestNames(key, optionNames[place] ?? [], 1);
      const full = place === '' ? key : `${place}.${key}`;
      return near === undefined ? `there is no option "${full}"` : `there is no option "${full}"; did you mean "${near}"?`;
    });
  }
  // Of a union the branch that came furthest tells most: that of an object, where there is one.
  if (issue.code === 'invalid_union') {
    const inner = issue.errors.find((branch) => branch.some((one) => one.code === 'unrecognized_keys' || one.path.length > 0));
    if (inner) return inner.flatMap((one) => explainIssue(one, [...path, ...one.path]));
  }
  return [`${place === '' ? 'the options' : place}: ${issue.message}`];
}
