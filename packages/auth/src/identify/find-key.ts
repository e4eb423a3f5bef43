import { ProxyError } from '@ai-proxy/core';
import type { KeyRecord } from '@ai-proxy/core';
import type { Grant } from '../grant.ts';
import { grantOfKey } from '../grant.ts';
import { hashKey, isForeignKey, isSameHash, isWellFormed } from '../key/key-text.ts';
import { matchesAny, namesModel } from '../rules/matches.ts';
import type { KeyLookup } from '../store/key-lookup.ts';

export interface KeyFinder {
  /** The key that a text opens. Throws the refusal where it opens none. */
  find(text: string): Promise<KeyRecord>;
  /** What its holder may do. */
  grant(record: KeyRecord): Promise<Grant>;
}

export interface KeyFinderOptions {
  readonly lookup: KeyLookup;
  readonly acceptForeignKeys: boolean;
  readonly now: () => number;
}

export function createKeyFinder({ lookup, acceptForeignKeys, now }: KeyFinderOptions): KeyFinder {
  return {
    async find(text) {
      if (!isWellFormed(text) && !(acceptForeignKeys && isForeignKey(text))) throw keyUnknown();
      const hash = await hashKey(text);
      const record = await lookup.byHash(hash);
      if (!record) throw keyUnknown();
      if (!isSameHash(record.hash, hash)) {
        const earlier = record.earlier.find((one) => isSameHash(one.hash, hash));
        if (!earlier || earlier.until <= now()) throw keyRotated();
      }
      checkAlive(record, now());
      return record;
    },
    async grant(record) {
      if (record.parent === undefined) return grantOfKey(record, undefined);
      const parent = await lookup.byId(record.parent);
      // Who has lost a right cannot have passed it on.
      if (!parent) throw keyUnknown();
      checkAlive(parent, now());
      return narrowed(grantOfKey(record, parent), parent);
    },
  };
}

function checkAlive({ blocked, expiresAt }: KeyRecord, now: number): void {
  if (blocked) throw refusal('key_blocked', 'This key is blocked. Ask whoever gave it to you.');
  if (expiresAt !== undefined && expiresAt <= now) {
    throw refusal('key_expired', `This key expired at ${new Date(expiresAt).toISOString()}. Ask whoever gave it to you for a new one.`);
  }
}

/** The key above may have been narrowed since. What a list without entries allows is everything, so that of two lists one that has entries counts. */
function narrowed(grant: Grant, parent: KeyRecord): Grant {
  return {
    ...grant,
    models: both(grant.models, parent.models, (pattern) => namesModel(parent.models, pattern)),
    operations: both(grant.operations, parent.operations, (pattern) => matchesAny(parent.operations, pattern)),
    routes: both(grant.routes, parent.routes, (pattern) => matchesAny(parent.routes, pattern)),
    endUserLimits: Object.keys(grant.endUserLimits).length > 0 ? grant.endUserLimits : parent.endUserLimits,
  };
}

function both(own: readonly string[], above: readonly string[], isAllowed: (pattern: string) => boolean): readonly string[] {
  if (own.length === 0) return above;
  const left = own.filter(isAllowed);
  // An empty list would allow everything.
  return left.length > 0 ? left : ['\0'];
}

const refusal = (code: string, message: string): ProxyError => new ProxyError(message, { status: 401, code, source: 'caller' });

export const keyUnknown = (): ProxyError =>
  refusal(
    'key_unknown',
    'This is no key of this gateway, or it was revoked. Send the whole key, "sk-…", as "Authorization: Bearer <key>".',
  );

const keyRotated = (): ProxyError => refusal('key_expired', 'This key was replaced by a new one, and its time is over. Use the new one.');

export const keyMissing = (): ProxyError =>
  refusal('key_missing', 'This gateway asks for a key. Send yours as "Authorization: Bearer <key>", or in "x-api-key".');
