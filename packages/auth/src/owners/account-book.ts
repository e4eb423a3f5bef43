import type { Log } from '@ai-proxy/core';
import type { GuardedStore } from '../store/guarded-store.ts';
import type { ObjectName, ObjectOwners, OwnedObject } from './object-owners.ts';
import { everybody } from './object-owners.ts';
import { notRecorded, objectNotFound, onlyToRead, ownedByAnother } from './refusals.ts';

/** An object that a request names. */
export interface NamedObject extends ObjectName {
  /** Whether it would be changed. */
  readonly changes: boolean;
  readonly param: string | null;
}

/** Asks and tells the store of owners in the name of callers. */
export interface AccountBook {
  /** Throws where one of the objects is not his, or not there for all; all answer alike. */
  check(owner: string, objects: readonly NamedObject[]): Promise<void>;
  /** Throws where the store does not answer: nothing is to be made whose owner could not be noted. */
  expectStore(provider: string): Promise<void>;
  /** Notes what was made. Where the store does not take it, that is told to the caller, and tried again later. */
  noteMade(owner: string, objects: readonly ObjectName[]): Promise<void>;
  /** Notes what belongs to him as well, if nobody has it. */
  noteFound(owner: string, objects: readonly ObjectName[]): Promise<void>;
  /** Of several objects, those that he may see, and those that nobody has. */
  sort(owner: string, objects: readonly ObjectName[]): Promise<readonly ('his' | 'nobodys' | 'anothers')[]>;
  count(owner: string, provider: string, kind: string): Promise<number>;
  forget(objects: readonly ObjectName[]): Promise<void>;
}

/** What providers name things by. Nothing else can have been noted. */
const possible = /^[\w.:@-]{1,200}$/;
const mostAtOnce = 500;
/** What was made and could not be noted yet; of more the oldest are given up, and the log has them. */
const mostWaiting = 10_000;

export function createAccountBook(owners: ObjectOwners, guard: GuardedStore, timeout: number, log: Log): AccountBook {
  const waiting = new Map<string, OwnedObject>();
  let isDraining = false;

  /** A store may be asked for so many at once. */
  async function find(objects: readonly ObjectName[]): Promise<readonly (string | undefined)[]> {
    const found: (string | undefined)[] = [];
    for (let from = 0; from < objects.length; from += mostAtOnce) {
      const some = objects.slice(from, from + mostAtOnce);
      const answer = await guard.ask(async () => checkAnswer(await owners.find(some), some.length));
      found.push(...answer);
    }
    drain();
    return found;
  }

  async function record(objects: readonly OwnedObject[]): Promise<readonly (string | undefined)[]> {
    const noted: (string | undefined)[] = [];
    for (let from = 0; from < objects.length; from += mostAtOnce) {
      const some = objects.slice(from, from + mostAtOnce);
      noted.push(...(await guard.ask(async () => checkAnswer(await owners.record(some), some.length), timeout)));
    }
    return noted;
  }

  /** A store that has answered takes what waits for it. */
  function drain(): void {
    if (waiting.size === 0 || isDraining) return;
    isDraining = true;
    const all = [...waiting];
    void record(all.map(([, one]) => one))
      .then(() => {
        for (const [place, one] of all) if (waiting.get(place) === one) waiting.delete(place);
      })
      .catch(noMatter)
      .finally(() => {
        isDraining = false;
      });
  }

  function keepForLater(objects: readonly OwnedObject[]): void {
    for (const one of objects) waiting.set(JSON.stringify([one.provider, one.kind, one.id]), one);
    for (const [place] of waiting) {
      if (waiting.size <= mostWaiting) return;
      waiting.delete(place);
    }
  }

  return {
    async check(owner, objects) {
      const strange = objects.find(({ id }) => !possible.test(id));
      if (strange) throw objectNotFound(strange.kind, strange.param);
      const found = await find(objects);
      for (const [index, { kind, param, changes }] of objects.entries()) {
        const whose = found[index];
        if (whose === owner) continue;
        if (whose !== everybody) throw objectNotFound(kind, param);
        if (changes) throw onlyToRead(kind);
      }
    },
    async expectStore(provider) {
      await find([{ provider, kind: 'file', id: '-' }]);
    },
    async noteMade(owner, objects) {
      const made = objects.map((one) => ({ ...one, owner }));
      let noted: readonly (string | undefined)[];
      try {
        noted = await record(made);
      } catch (cause) {
        keepForLater(made);
        log.error(
          { objects: made, store: owners.name },
          'something was made at a provider, and its owner could not be noted; it is tried again',
        );
        throw notRecorded(made, cause);
      }
      if (noted.some((whose) => whose !== owner)) {
        log.error({ objects: made, store: owners.name }, 'a provider has answered with the id of something that belongs to somebody else');
        throw ownedByAnother();
      }
    },
    async noteFound(owner, objects) {
      if (objects.length === 0) return;
      const found = await find(objects);
      const missing = objects.filter((_, index) => found[index] === undefined);
      if (missing.length > 0) await record(missing.map((one) => ({ ...one, owner })));
    },
    async sort(owner, objects) {
      return (await find(objects)).map((whose) =>
        whose === owner || whose === everybody ? 'his' : whose === undefined ? 'nobodys' : 'anothers',
      );
    },
    count: async (owner, provider, kind) => guard.ask(async () => owners.count({ owner, provider, kind })),
    async forget(objects) {
      await guard
        .ask(async () => owners.forget(objects))
        .catch((error: unknown) => {
          log.warn({ objects, store: owners.name, error: String(error) }, 'something is gone at a provider, and its owner is still noted');
        });
    },
  };
}

/** A store that answers nonsense lets nobody at anything. */
function checkAnswer(answer: readonly (string | undefined)[], count: number): readonly (string | undefined)[] {
  if (!Array.isArray(answer) || answer.length !== count) throw new TypeError('the store of owners answered something that is no answer');
  // Databases say null for nothing.
  return answer.map((one: unknown) => (typeof one === 'string' ? one : undefined));
}

/** It is tried again when the store has answered the next time. */
const noMatter = (): void => undefined;
