import type { KeyRecord } from '@ai-proxy/core';
import type { KeyColumn } from '../statements.ts';
import { keyColumns } from '../statements.ts';
import type { Row, Value } from '../../database/script.ts';
import { fromHashBytes, toHashBytes } from './hash-bytes.ts';
import { fromDetails, toDetails } from './key-details.ts';
import { readBytes, readFlag, readMaybeNumber, readMaybeText, readNumber, readText } from './read-column.ts';
import { storable } from './storable-text.ts';

/** A key as the values of its columns, but for its number. Throws where it could not be read again: a key that cannot be read opens nothing, and limits nothing. */
export function toKeyValues(version: number, record: KeyRecord): readonly Value[] {
  const row: Readonly<Record<ValueColumn, Value>> = {
    id: storable(record.id, 'id'),
    version,
    hash: hashBytes(record.hash),
    masked: storable(record.masked, 'masked form'),
    alias: storable(record.alias, 'alias') ?? null,
    owner: storable(record.owner, 'owner') ?? null,
    team: storable(record.team, 'team') ?? null,
    parent: storable(record.parent, 'parent') ?? null,
    expires_at: record.expiresAt ?? null,
    blocked: record.blocked ? 1 : 0,
    manages_keys: record.managesKeys ? 1 : 0,
    max_output_tokens: record.maxOutputTokens ?? null,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
    created_by: storable(record.createdBy, 'maker'),
    details: toDetails(record),
  };
  fromKeyRow(row);
  return valueColumns.map((name) => row[name]);
}

type ValueColumn = Exclude<KeyColumn, 'number'>;

const valueColumns = keyColumns.filter((name) => name !== 'number');

/** A row as the key that it holds. */
export function fromKeyRow(row: Row): KeyRecord {
  return {
    id: readText(row, 'id'),
    hash: fromHashBytes(readBytes(row, 'hash')),
    masked: readText(row, 'masked'),
    alias: readMaybeText(row, 'alias'),
    owner: readMaybeText(row, 'owner'),
    team: readMaybeText(row, 'team'),
    parent: readMaybeText(row, 'parent'),
    expiresAt: readMaybeNumber(row, 'expires_at'),
    blocked: readFlag(row, 'blocked'),
    managesKeys: readFlag(row, 'manages_keys'),
    maxOutputTokens: readMaybeNumber(row, 'max_output_tokens'),
    createdAt: readNumber(row, 'created_at'),
    updatedAt: readNumber(row, 'updated_at'),
    createdBy: readText(row, 'created_by'),
    version: readNumber(row, 'version'),
    ...fromDetails(row),
  };
}

/** The hashes of a key, current and earlier, each once. */
export const hashesOf = ({ hash, earlier }: KeyRecord): readonly Uint8Array[] =>
  [...new Set([hash, ...earlier.map((one) => one.hash)])].map(hashBytes);

function hashBytes(hash: string): Uint8Array {
  const bytes = toHashBytes(hash);
  if (!bytes) throw new TypeError('the hash of a key is 64 hexadecimal digits');
  return bytes;
}
