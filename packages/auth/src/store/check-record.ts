import { isJsonObject } from '@ai-proxy/core';
import type { KeyRecord } from '@ai-proxy/core';
import { limitsSchema } from '../options/limits-schema.ts';

const texts = ['id', 'hash', 'masked', 'createdBy'] as const;
const lists = ['models', 'operations', 'routes', 'tags'] as const;
const objects = ['modelAliases', 'metadata', 'limits', 'endUserLimits'] as const;
const maybeTexts = ['alias', 'owner', 'team', 'parent'] as const;
const maybeNumbers = ['expiresAt', 'maxOutputTokens'] as const;

/** Throws where what a store answered is no key: a store that answers nonsense lets nobody in. */
export function checkRecord(value: unknown): KeyRecord {
  if (
    typeof value === 'object' &&
    isJsonObject(value) &&
    texts.every((name) => isText(value[name]) && value[name] !== '') &&
    lists.every((name) => isListOf(value[name], isText)) &&
    isListOf(value['earlier'], isEarlierHash) &&
    objects.every((name) => isPlainObject(value[name])) &&
    Object.values(value['modelAliases'] ?? {}).every(isText) &&
    isLimits(value['limits']) &&
    isLimits(value['endUserLimits']) &&
    maybeTexts.every((name) => value[name] === undefined || isText(value[name])) &&
    maybeNumbers.every((name) => value[name] === undefined || Number.isFinite(value[name])) &&
    typeof value['blocked'] === 'boolean' &&
    typeof value['managesKeys'] === 'boolean' &&
    Number.isFinite(value['createdAt'])
  ) {
    return value as unknown as KeyRecord;
  }
  throw new TypeError('the store answered something that is no key');
}

/** Dates and maps are objects too, and have no fields. */
const isPlainObject = (value: unknown): boolean => Object.prototype.toString.call(value) === '[object Object]';

const isText = (value: unknown): boolean => typeof value === 'string';

const isListOf = (value: unknown, isOne: (one: unknown) => boolean): boolean => Array.isArray(value) && value.every(isOne);

/** Without the moment until which it holds, an earlier key would hold for ever. */
const isEarlierHash = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'hash' in value && isText(value.hash) && 'until' in value && Number.isFinite(value.until);

/** A limit that is no number limits nothing. */
const isLimits = (value: unknown): boolean =>
  (isJsonObject(value) && Object.keys(value).length === 0) || limitsSchema.safeParse(value).success;
