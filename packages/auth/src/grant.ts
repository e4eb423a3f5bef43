import type { Call, Caller, KeyLimits, KeyRecord } from '@ai-proxy/core';

/** What a caller may do, however he came in. */
export interface Grant {
  readonly caller: Caller;
  /** Whose limits hold for all that he does, and how messages name them. */
  readonly subjects: readonly Subject[];
  /** As in `KeyRecord`. */
  readonly models: readonly string[];
  readonly modelAliases: Readonly<Record<string, string>>;
  readonly operations: readonly string[];
  readonly routes: readonly string[];
  readonly maxOutputTokens: number | undefined;
  readonly endUserLimits: KeyLimits;
  readonly tags: readonly string[];
}

/** Somebody whose use is counted. */
export interface Subject {
  readonly kind: 'key' | 'parent' | 'token' | 'owner' | 'team' | 'endUser' | 'keyEndUser';
  /** By which its windows and its spending are found. */
  readonly id: string;
  /** In messages to the caller: `the key "ci"`. */
  readonly name: string;
  readonly limits: KeyLimits;
  /** From when spans of several days are counted. */
  readonly anchor: number;
}

/** Of whoever came in by other means than a key: nothing is forbidden, and nobody's limits hold but those of his name. */
export const grantOfCaller = (caller: Caller): Grant => ({
  caller,
  subjects: [],
  models: [],
  modelAliases: {},
  operations: [],
  routes: [],
  maxOutputTokens: undefined,
  endUserLimits: {},
  tags: [],
});

const grants = new WeakMap<Call, Grant>();

/** Notes what the caller of a call may do. */
export function grantTo(call: Call, grant: Grant): void {
  grants.set(call, grant);
}

/** What was noted; nothing for a call that nobody has let in. */
export const grantOf = (call: Call): Grant | undefined => grants.get(call);

/** Calls of keys below another carry this tag, so that a ledger can sum what all of them spent. No caller can set it. */
export const underTag = (parent: string): string => `under:${parent}`;

export const isReservedTag = (tag: string): boolean => /^under:/i.test(tag);

/** What the holder of a key may do; where it was made by the holder of another, nothing that this one may not. */
export function grantOfKey(key: KeyRecord, parent: KeyRecord | undefined): Grant {
  const name = key.alias ?? key.masked;
  return {
    caller: {
      id: key.owner ?? key.id,
      key: key.id,
      ...(key.alias === undefined ? {} : { alias: key.alias }),
      ...(key.team === undefined ? {} : { team: key.team }),
    },
    subjects: [
      { kind: 'key', id: key.id, name: `the key "${name}"`, limits: key.limits, anchor: key.createdAt },
      ...(parent
        ? [
            {
              kind: 'parent',
              id: parent.id,
              name: `the key above "${name}", with all keys below it,`,
              limits: parent.limits,
              anchor: parent.createdAt,
            } as const,
          ]
        : []),
    ],
    models: key.models,
    modelAliases: key.modelAliases,
    operations: key.operations,
    routes: key.routes,
    maxOutputTokens: key.maxOutputTokens,
    endUserLimits: key.endUserLimits,
    tags: parent ? [...key.tags, underTag(parent.id)] : key.tags,
  };
}
