import type { JsonObject } from '@ai-proxy/core';
import { badRequest } from './bad-request.ts';
import { readString } from './go-values.ts';
import { withoutLatest } from '../models/latest-tag.ts';

/** Longer names are no models, and names are compared, logged and counted by. */
const longestModelName = 256;

/** The model that a request names, without the tag that means nothing; `/api/show` has an older word for the field. */
export function readModel(request: JsonObject, root: string, ...otherFields: readonly string[]): string {
  for (const field of ['model', ...otherFields]) {
    const name = readString(request, field, root);
    if (name === undefined || name === '') continue;
    if (name.length > longestModelName) throw badRequest('invalid model name', field);
    return withoutLatest(name);
  }
  throw badRequest('model is required', 'model');
}
