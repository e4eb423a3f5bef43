import type { Budget, CounterWindow, KeyLimits } from '@ai-proxy/core';
import type { Grant, Subject } from '../grant.ts';
import { namesModel } from '../rules/matches.ts';
import { spanOf } from '../span/budget-span.ts';
import type { Span } from '../span/budget-span.ts';

/** One window of a call, and what it stands for. */
export interface CallWindow {
  readonly window: CounterWindow;
  readonly subject: Subject;
  readonly counts: 'money' | 'tokens' | 'requests' | 'parallel';
  /** The pattern of models that it is for; nothing where it is for all. */
  readonly models: string | undefined;
  /** Of money. */
  readonly budget: Budget | undefined;
  readonly span: Span | undefined;
}

/** The most that a call can take. */
export interface GreatestAmounts {
  readonly micros: number;
  readonly tokens: number;
}

const minute = 60_000;
/** How long a budget is kept after its span, for calls that end late. */
const afterSpan = 2 * 3_600_000;

/** What tells which limits of single models hold: the model as it was named, and where the call would go. */
export interface AskedModels {
  readonly model: string | undefined;
  readonly plan: { readonly steps: readonly { readonly model: string; readonly provider: { readonly name: string } }[] } | undefined;
}

/** Everything that a call counts in. */
export function windowsOf(
  call: AskedModels,
  { subjects }: Pick<Grant, 'subjects'>,
  amounts: GreatestAmounts,
  isFree: boolean,
  now: number,
): readonly CallWindow[] {
  return subjects.flatMap((subject) =>
    limitsFor(call, subject.limits).flatMap(([models, limits]) => limitWindows(subject, models, limits, amounts, isFree, now)),
  );
}

/** Whether any budget or limit of tokens holds for a call: only then its greatest use has to be known. */
export function needsBound(call: AskedModels, { subjects }: Grant): { readonly money: boolean; readonly tokens: boolean } {
  const all = subjects.flatMap(({ limits }) => limitsFor(call, limits).map(([, one]) => one));
  return {
    money: all.some(({ budgets = [] }) => budgets.length > 0),
    tokens: all.some(({ tokensPerMinute }) => tokensPerMinute !== undefined),
  };
}

type LimitsFor = readonly [models: string | undefined, limits: Omit<KeyLimits, 'perModel'>];

function limitsFor(call: AskedModels, limits: KeyLimits): readonly LimitsFor[] {
  const single = Object.entries(limits.perModel ?? {}).filter(([pattern]) => asksFor(call, pattern));
  return [[undefined, limits], ...single];
}

function asksFor({ model, plan }: AskedModels, pattern: string): boolean {
  if (model !== undefined && namesModel([pattern], model)) return true;
  return plan?.steps.some((step) => namesModel([pattern], step.model, `${step.provider.name}/${step.model}`)) ?? false;
}

function limitWindows(
  subject: Subject,
  models: string | undefined,
  { budgets = [], requestsPerMinute, tokensPerMinute, parallel }: Omit<KeyLimits, 'perModel'>,
  { micros, tokens }: GreatestAmounts,
  isFree: boolean,
  now: number,
): readonly CallWindow[] {
  // Parts of a key may hold any text: as JSON no two of them read alike. What is used below a key counts where its own use does.
  const keyOf = (...parts: readonly (string | number)[]): string =>
    JSON.stringify([subject.kind === 'parent' ? 'key' : subject.kind, subject.id, models ?? null, ...parts]);
  const one = (counts: CallWindow['counts'], window: CounterWindow): CallWindow => ({
    window,
    subject,
    counts,
    models,
    budget: undefined,
    span: undefined,
  });
  const windows: CallWindow[] = [];
  if (requestsPerMinute !== undefined) {
    windows.push(one('requests', { kind: 'rate', key: keyOf('requests'), amount: 1, limit: requestsPerMinute, period: minute }));
  }
  if (tokensPerMinute !== undefined && !isFree) {
    // A call that could take more than there is may go where nobody else does, and is counted at what it truly took.
    const amount = Math.min(tokens, tokensPerMinute);
    windows.push(one('tokens', { kind: 'rate', key: keyOf('tokens'), amount, limit: tokensPerMinute, period: minute }));
  }
  if (parallel !== undefined) windows.push(one('parallel', { kind: 'gauge', key: keyOf('parallel'), amount: 1, limit: parallel }));
  if (!isFree)
    windows.push(
      ...budgets.map((budget, index) => budgetWindow(subject, models, budget, isRepeated(budgets, budget, index), micros, keyOf, now)),
    );
  return windows;
}

/** Two budgets of the same span would share a window, and count twice in it. */
const isRepeated = (budgets: readonly Budget[], budget: Budget, index: number): number =>
  budgets.slice(0, index).filter(({ every, timezone }) => every === budget.every && timezone === budget.timezone).length;

function budgetWindow(
  subject: Subject,
  models: string | undefined,
  budget: Budget,
  repeated: number,
  micros: number,
  keyOf: (...parts: readonly (string | number)[]) => string,
  now: number,
): CallWindow {
  const { limit, every, timezone = 'UTC' } = budget;
  const span = spanOf(every, timezone, subject.anchor, now);
  return {
    window: {
      kind: 'sum',
      key: keyOf('money', every ?? '', timezone, span.start, repeated),
      amount: micros,
      ...(limit === undefined ? {} : { limit }),
      ...(span.end === undefined ? {} : { keep: Math.max(0, Math.ceil(span.end - now)) + afterSpan }),
    },
    subject,
    counts: 'money',
    models,
    budget,
    span,
  };
}
