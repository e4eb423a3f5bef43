/**
 * Remembers to whom what was made at a provider belongs: files, jobs, agents. `memoryOwners()` serves one process and forgets all at its end; `sqlOwners()` of
 * `@ai-proxy/sql` stays. What is forgotten is lost to its owner, so that no form may make room by itself.
 */
export interface ObjectOwners {
  /** For errors and the log. */
  readonly name: string;
  /**
   * Notes to whom objects belong, all or none, and answers whose each of them is now, in the order asked: one that belongs to somebody already stays
   * with him.
   */
  record(objects: readonly OwnedObject[]): Promise<readonly string[]>;
  /** Whose objects are, in the order asked; nothing for one that was never noted. */
  find(objects: readonly ObjectName[]): Promise<readonly (string | undefined)[]>;
  /** Of objects that are no more. What is not known is passed over. */
  forget(objects: readonly ObjectName[]): Promise<void>;
  /** How many objects of a kind belong to somebody. */
  count(of: Omit<OwnedObject, 'id'>): Promise<number>;
  /** What belongs to somebody, in an order that stays; the next page by `next` of the one before. */
  list(owner: string, cursor?: string, size?: number): Promise<ObjectPage>;
  /** Lets go of what it holds open. */
  close(): Promise<void>;
}

/** One thing that was made at a provider. */
export interface ObjectName {
  /** The name of the provider: another account is another provider. */
  readonly provider: string;
  /** `file`, `batch`, `agent`, `conversation`, … */
  readonly kind: string;
  /** As the provider names it. */
  readonly id: string;
}

export interface OwnedObject extends ObjectName {
  /** Whose it is: the `id` of a caller. `*` is everybody, who may read and use it and not change it. */
  readonly owner: string;
}

export interface ObjectPage {
  readonly objects: readonly OwnedObject[];
  /** Absent on the last page. */
  readonly next?: string;
}

/** The owner of what everybody may read and use. */
export const everybody = '*';
