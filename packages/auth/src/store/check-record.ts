import { isJsonObject } from '@ai-proxy/core';
import type { KeyRecord } from '@ai-proxy/core';

const texts = ['id', 'hash', 'masked', 'createdBy'] as const;
const lists = ['models', 'operations', 'routes', 'tags', 'earlier'] as const;
const objects = ['modelAliases', 'metadata', 'limits', 'endUserLimits'] as const;
const maybeTexts = ['alias', 'owner', 'team', 'parent'] as const;
const maybeNumbers = ['expiresAt', 'maxOutputTokens'] as const;

/** Throws where what a store answered is no key: a store that answers nonsense lets nobody in. */
export function checkRecord(value: unknown): KeyRecord {
  if (
    typeof value === 'object' &&
    isJsonObject(value) &&
    texts.every((name) => typeof value[name] === 'string' && value[name] !== '') &&
    lists.every((name) => Array.isArray(value[name])) &&
    objects.every((name) => isJsonObject(value[name])) &&
    maybeTexts.every((name) => value[name] === undefined || typeof value[name] === 'string') &&
    maybeNumbers.every((name) => value[name] === undefined || typeof value[name] === 'number') &&
    typeof value['blocked'] === 'boolean' &&
    typeof value['managesKeys'] === 'boolean' &&
    typeof value['createdAt'] === 'number'
  ) {
    return value as unknown as KeyRecord;
  }
  throw new TypeError('the store answered something that is no key');
}
