import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { isObject } from '../json/json-object.ts';
import type { Issue, Location, Report } from './issue.ts';

/** Judges a value and reports what is wrong with it. */
export type Shape = (value: JsonValue, loc: Location, report: Report) => void;

/** A field of a closed object. */
export interface Field {
  readonly shape: Shape;
  readonly required: boolean;
}

export function need(shape: Shape): Field {
  return { shape, required: true };
}

export function may(shape: Shape): Field {
  return { shape, required: false };
}

/** Everything that is wrong with a request body. */
export function judge(shape: Shape, body: JsonValue): Issue[] {
  const issues: Issue[] = [];
  shape(body, ['body'], (issue) => issues.push(issue));
  return issues;
}

/** An object that has these fields and no others; one key too many is an issue. */
export function closed(fields: Readonly<Record<string, Field>>): Shape {
  return fieldsOf(fields, (key, value, loc, report) =>
    report({ type: 'extra_forbidden', loc: [...loc, key], msg: 'Extra inputs are not permitted', input: value }),
  );
}

/** An object that has these fields and may have others. */
export function open(fields: Readonly<Record<string, Field>>): Shape {
  return fieldsOf(fields, () => undefined);
}

function fieldsOf(
  fields: Readonly<Record<string, Field>>,
  extra: (key: string, value: JsonValue, loc: Location, report: Report) => void,
): Shape {
  return (value, loc, report) => {
    if (!isObject(value)) {
      report({
        type: 'model_attributes_type',
        loc,
        msg: 'Input should be a valid dictionary or object to extract fields from',
        input: value,
      });
      return;
    }
    for (const [name, field] of Object.entries(fields)) {
      const inner = Object.hasOwn(value, name) ? value[name] : undefined;
      if (inner !== undefined) field.shape(inner, [...loc, name], report);
      else if (field.required) report({ type: 'missing', loc: [...loc, name], msg: 'Field required', input: value });
    }
    for (const [key, inner] of Object.entries(value)) {
      if (!Object.hasOwn(fields, key)) extra(key, inner ?? null, loc, report);
    }
  };
}

export function orNull(shape: Shape): Shape {
  return (value, loc, report) => {
    if (value !== null) shape(value, loc, report);
  };
}

export const anything: Shape = () => undefined;

/** An object whose keys are free. */
export const freeObject: Shape = (value, loc, report) => {
  if (!isObject(value)) report({ type: 'dict_type', loc, msg: 'Input should be a valid dictionary', input: value });
};

export const text: Shape = (value, loc, report) => {
  if (typeof value !== 'string') report({ type: 'string_type', loc, msg: 'Input should be a valid string', input: value });
};

export const flag: Shape = (value, loc, report) => {
  if (typeof value !== 'boolean') report({ type: 'bool_type', loc, msg: 'Input should be a valid boolean', input: value });
};

export interface NumberRange {
  readonly whole?: true;
  readonly ge?: number;
  readonly gt?: number;
  readonly le?: number;
}

export function number(range: NumberRange = {}): Shape {
  return (value, loc, report) => {
    if (typeof value !== 'number') {
      const kind = range.whole === true ? (['int_type', 'integer'] as const) : (['float_type', 'number'] as const);
      report({ type: kind[0], loc, msg: `Input should be a valid ${kind[1]}`, input: value });
    } else if (range.whole === true && !Number.isInteger(value)) {
      report({ type: 'int_from_float', loc, msg: 'Input should be a valid integer, got a number with a fractional part', input: value });
    } else if (range.ge !== undefined && value < range.ge) {
      report({
        type: 'greater_than_equal',
        loc,
        msg: `Input should be greater than or equal to ${range.ge}`,
        input: value,
        ctx: { ge: range.ge },
      });
    } else if (range.gt !== undefined && value <= range.gt) {
      report({ type: 'greater_than', loc, msg: `Input should be greater than ${range.gt}`, input: value, ctx: { gt: range.gt } });
    } else if (range.le !== undefined && value > range.le) {
      report({
        type: 'less_than_equal',
        loc,
        msg: `Input should be less than or equal to ${range.le}`,
        input: value,
        ctx: { le: range.le },
      });
    }
  };
}

export function oneOf(...values: readonly string[]): Shape {
  return (value, loc, report) => {
    if (typeof value === 'string' && values.includes(value)) return;
    const expected = listed(values, ' or ');
    report({ type: 'literal_error', loc, msg: `Input should be ${expected}`, input: value, ctx: { expected } });
  };
}

export function list(item: Shape, most: number = Infinity): Shape {
  return (value, loc, report) => {
    if (!Array.isArray(value)) {
      report({ type: 'list_type', loc, msg: 'Input should be a valid list', input: value });
      return;
    }
    if (value.length > most) {
      const msg = `List should have at most ${most} items after validation, not ${value.length}`;
      report({ type: 'too_long', loc, msg, input: value, ctx: { field_type: 'List', max_length: most, actual_length: value.length } });
    }
    value.forEach((inner, index) => item(inner, [...loc, index], report));
  };
}

/** Judges lists by one shape and everything else by the other. */
export function listOr(items: Shape, other: Shape): Shape {
  return (value, loc, report) => (Array.isArray(value) ? items : other)(value, loc, report);
}

/** Judges objects by one shape and everything else by the other. */
export function objectOr(object: Shape, other: Shape): Shape {
  return (value, loc, report) => (isObject(value) ? object : other)(value, loc, report);
}

/** Objects that say in one field which of several shapes they have. */
export function tagged(tag: string, shapes: Readonly<Record<string, Shape>>): Shape {
  return (value, loc, report) => {
    if (!isObject(value)) {
      report({
        type: 'model_attributes_type',
        loc,
        msg: 'Input should be a valid dictionary or object to extract fields from',
        input: value,
      });
      return;
    }
    const name = ownText(value, tag);
    if (name === undefined) {
      report({
        type: 'union_tag_not_found',
        loc,
        msg: `Unable to extract tag using discriminator '${tag}'`,
        input: value,
        ctx: { discriminator: `'${tag}'` },
      });
      return;
    }
    const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
    if (shape !== undefined) {
      shape(value, [...loc, name], report);
      return;
    }
    const expected = listed(Object.keys(shapes), ', ');
    const msg = `Input tag '${name}' found using '${tag}' does not match any of the expected tags: ${expected}`;
    report({ type: 'union_tag_invalid', loc, msg, input: value, ctx: { discriminator: `'${tag}'`, tag: name, expected_tags: expected } });
  };
}

function ownText(value: JsonObject, name: string): string | undefined {
  const inner = Object.hasOwn(value, name) ? value[name] : undefined;
  return typeof inner === 'string' ? inner : undefined;
}

function listed(values: readonly string[], last: string): string {
  const quoted = values.map((value) => `'${value}'`);
  if (quoted.length < 2) return quoted.join('');
  return quoted.slice(0, -1).join(', ') + last + (quoted.at(-1) ?? '');
}
