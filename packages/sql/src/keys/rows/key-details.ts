import { isJsonObject } from '@ai-proxy/core';
import type { EarlierHash, KeyRecord } from '@ai-proxy/core';
import { isLimits } from './check-limits.ts';
import { nonsense, readJson } from './read-column.ts';
import type { Row } from '../../database/script.ts';

/** What of a key has parts of its own, and is kept as one JSON text. */
export type KeyDetails = Pick<
  KeyRecord,
  'earlier' | 'models' | 'modelAliases' | 'operations' | 'routes' | 'tags' | 'metadata' | 'limits' | 'endUserLimits'
>;

/** The text: what is empty is left out of it, so that most rows are small; nothing where nothing is left. */
export function toDetails(record: KeyRecord): string | null {
  const kept = names.filter((name) => Object.keys(record[name]).length > 0).map((name) => [name, record[name]] as const);
  return kept.length === 0 ? null : JSON.stringify(Object.fromEntries(kept));
}

/** Throws where the text holds anything that is not known: it could be a limit that a later version has written. */
export function fromDetails(row: Row): KeyDetails {
  if (row['details'] === null) return none;
  const found = readJson(row, 'details');
  const details = { ...none, ...found };
  if (isDetails(details) && Object.keys(found).every((name) => Object.hasOwn(none, name))) return details;
  throw nonsense('details');
}

const none: KeyDetails = {
  earlier: [],
  models: [],
  modelAliases: {},
  operations: [],
  routes: [],
  tags: [],
  metadata: {},
  limits: {},
  endUserLimits: {},
};

const names = Object.keys(none) as (keyof KeyDetails)[];

const isDetails = (value: Readonly<Record<keyof KeyDetails, unknown>>): value is KeyDetails =>
  Array.isArray(value.earlier) &&
  value.earlier.every(isEarlierHash) &&
  isTexts(value.models) &&
  isTexts(value.operations) &&
  isTexts(value.routes) &&
  isTexts(value.tags) &&
  isJsonObject(value.modelAliases) &&
  Object.values(value.modelAliases).every((one) => typeof one === 'string') &&
  isJsonObject(value.metadata) &&
  isLimits(value.limits) &&
  isLimits(value.endUserLimits);

const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((one) => typeof one === 'string');

const isEarlierHash = (value: unknown): value is EarlierHash =>
  isJsonObject(value) && typeof value['hash'] === 'string' && /^[0-9a-f]{64}$/.test(value['hash']) && typeof value['until'] === 'number';
