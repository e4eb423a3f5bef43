import type { KeyLimits } from '@ai-proxy/core';
import { keyEndUserId } from '../admit/find-spend.ts';
import type { Grant, Subject } from '../grant.ts';

/** Limits by name; `*` stands for everybody who is not named. */
export type LimitsOf = Readonly<Record<string, KeyLimits>> | ((name: string) => KeyLimits | undefined | Promise<KeyLimits | undefined>);

export interface SubjectsOptions {
  readonly owners?: LimitsOf;
  readonly teams?: LimitsOf;
  readonly endUsers?: LimitsOf;
}

const words = { owner: 'the owner', team: 'the team', endUser: 'the end user' } as const;

/** Finds who else is limited in a call: the owner and the team of its key, and the end user for whom it is made. */
export function createSubjectsOf({
  owners,
  teams,
  endUsers,
}: SubjectsOptions): (grant: Grant, endUser: string | undefined) => Promise<readonly Subject[]> {
  return async ({ caller, endUserLimits }, endUser) => {
    const key = caller['key'];
    const team = caller['team'];
    const asked = [
      ['owner', caller.id === key ? undefined : caller.id, owners],
      ['team', typeof team === 'string' ? team : undefined, teams],
      ['endUser', endUser, endUsers],
    ] as const;
    const subjects: Subject[] = [];
    for (const [kind, id, limitsOf] of asked) {
      if (id === undefined || limitsOf === undefined) continue;
      const limits = await find(limitsOf, id);
      if (limits) subjects.push({ kind, id, name: `${words[kind]} "${id}"`, limits, anchor: 0 });
    }
    if (endUser !== undefined && typeof key === 'string' && Object.keys(endUserLimits).length > 0) {
      const id = keyEndUserId(key, endUser);
      subjects.push({ kind: 'keyEndUser', id, name: `the end user "${endUser}" of this key`, limits: endUserLimits, anchor: 0 });
    }
    return subjects;
  };
}

const find = (limitsOf: LimitsOf, name: string): KeyLimits | undefined | Promise<KeyLimits | undefined> => {
  if (typeof limitsOf === 'function') return limitsOf(name);
  return Object.hasOwn(limitsOf, name) ? limitsOf[name] : limitsOf['*'];
};
