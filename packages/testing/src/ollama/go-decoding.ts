import type { JsonValue } from '@ai-proxy/core';
import { isObject } from '../json/json-object.ts';

/** Where in a request a value stands, as Go names it: the type at the root and the path from there. */
export interface GoPlace {
  readonly root: string;
  readonly path: string;
}

/** What Go's decoder makes of a value: nothing to say, or the text of its error. `null` is always taken, for the zero value. */
export type GoType = (value: JsonValue, place: GoPlace) => string | undefined;

/** Says that a value does not fit. */
export function mismatch(value: JsonValue, place: GoPlace, type: string): string {
  const target = place.path === '' ? `Go value of type api.${place.root}` : `Go struct field ${place.root}.${place.path} of type ${type}`;
  return `json: cannot unmarshal ${kindOf(value)} into ${target}`;
}

function kindOf(value: JsonValue): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}

/** A type that takes what a test accepts. */
export function goType(name: string, accepts: (value: JsonValue) => boolean): GoType {
  return (value, place) => (value === null || accepts(value) ? undefined : mismatch(value, place, name));
}

export const goAny: GoType = () => undefined;
export const goString: GoType = goType('string', (value) => typeof value === 'string');
export const goBool: GoType = goType('bool', (value) => typeof value === 'boolean');
export const goMap: GoType = goType('map[string]interface {}', isObject);

export const goInt: GoType = (value, place) => {
  if (value === null || (typeof value === 'number' && Number.isInteger(value))) return undefined;
  if (typeof value !== 'number') return mismatch(value, place, 'int');
  return `json: cannot unmarshal number ${value} into Go struct field ${place.root}.${place.path} of type int`;
};

/** Bytes in standard base64, without a prefix, padded. */
export const goBytes: GoType = (value, place) => {
  if (value === null) return undefined;
  if (typeof value !== 'string') return mismatch(value, place, '[]uint8');
  const clean = value.replaceAll(/[\r\n]/gu, '');
  const wrong = clean.search(/[^A-Za-z0-9+/=]/u);
  if (wrong !== -1) return `illegal base64 data at input byte ${wrong}`;
  const padding = clean.indexOf('=');
  const whole = clean.length % 4 === 0 && (padding === -1 || (padding >= clean.length - 2 && /^=+$/u.test(clean.slice(padding))));
  return whole ? undefined : `illegal base64 data at input byte ${Math.max(clean.length - 1, 0)}`;
};

export function goList(item: GoType, name: string): GoType {
  return (value, place) => {
    if (value === null) return undefined;
    if (!Array.isArray(value)) return mismatch(value, place, name);
    return first(value, (inner) => item(inner, place));
  };
}

/** A struct: fields it does not know are dropped without a word. */
export function goStruct(name: string, fields: Readonly<Record<string, GoType>>): GoType {
  return (value, place) => {
    if (value === null) return undefined;
    if (!isObject(value)) return mismatch(value, place, name);
    return first(Object.entries(fields), ([field, type]) => {
      const inner = Object.hasOwn(value, field) ? value[field] : undefined;
      return inner === undefined ? undefined : type(inner, { ...place, path: place.path === '' ? field : `${place.path}.${field}` });
    });
  };
}

/** An object with free keys. */
export function goMapOf(item: GoType, name: string): GoType {
  return (value, place) => {
    if (value === null) return undefined;
    if (!isObject(value)) return mismatch(value, place, name);
    return first(Object.values(value), (inner) => (inner === undefined ? undefined : item(inner, place)));
  };
}

function first<Item>(items: readonly Item[], judge: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const text = judge(item);
    if (text !== undefined) return text;
  }
  return undefined;
}
