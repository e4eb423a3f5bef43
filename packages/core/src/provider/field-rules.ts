import { isJsonObject } from '../json/json.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { invalidParameter } from '../errors/parameter-errors.ts';
import type { ProviderCall } from './provider.ts';

/** What a rule may look at, and the body that it writes into. */
export interface FieldContext {
  readonly input: JsonObject;
  readonly body: JsonObject;
  readonly call: ProviderCall;
}

/** Carries one top-level field over; called only for values that are not null. A provider may give its rules more to look at. */
export type FieldRule<Context extends FieldContext = FieldContext> = (value: JsonValue, field: string, context: Context) => void;

/** Carries every top-level field over by its rule. What has no rule is reported: nothing is left out in silence. */
export function applyFieldRules<Context extends FieldContext>(rules: ReadonlyMap<string, FieldRule<Context>>, context: Context): void {
  const { input, call } = context;
  for (const field of Object.keys(input)) {
    const value = input[field];
    if (value === undefined || value === null) continue;
    const rule = rules.get(field);
    if (rule === undefined) call.drop(field, 'unknown to the provider');
    else rule(value, field, context);
  }
}

/** For fields that are honoured without being sent, or that other code sends. */
export const handledElsewhere: FieldRule = () => {};

export const keepNumber: FieldRule = (value, field, { body }) => {
  body[field] = toNumber(value, field);
};

export const keepString: FieldRule = (value, field, { body }) => {
  if (typeof value !== 'string') throw invalidParameter(field, `\`${field}\` must be a string`);
  body[field] = value;
};

export const keepBoolean: FieldRule = (value, field, { body }) => {
  body[field] = toBoolean(value, field);
};

/** For objects whose keys are the caller's own. */
export const keepObject: FieldRule = (value, field, { body }) => {
  if (!isJsonObject(value)) throw invalidParameter(field, `\`${field}\` must be an object`);
  body[field] = value;
};

/** For fields without a counterpart: reported, unless the value asks for what happens anyway. */
export function dropUnless(...harmless: readonly JsonValue[]): FieldRule {
  const texts = new Set(harmless.map((value) => JSON.stringify(value)));
  return (value, field, { call }) => {
    if (texts.size === 0 || !texts.has(JSON.stringify(value))) call.drop(field, 'the provider has nothing like it');
  };
}

export function toNumber(value: JsonValue, field: string): number {
  if (typeof value !== 'number') throw invalidParameter(field, `\`${field}\` must be a number`);
  return value;
}

export function toBoolean(value: JsonValue, field: string): boolean {
  if (typeof value !== 'boolean') throw invalidParameter(field, `\`${field}\` must be true or false`);
  return value;
}
