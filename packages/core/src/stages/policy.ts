import type { Call } from '../call/call.ts';
import type { Reply } from '../call/reply.ts';
import type { HttpRequest } from '../http/request.ts';

/** The stages of a call, in the order in which it passes them; an answer passes them the other way. */
export const stageOrder = ['identify', 'shape', 'guard', 'plan', 'reuse', 'admit', 'attempts'] as const;

export type Stage = (typeof stageOrder)[number];

/** Hands the call to what comes after. May be called once. */
export type Next = () => Promise<Reply>;

/** Something that every call passes. Its promise resolves before a stream ends. */
export interface Policy {
  /** For errors and documentation. */
  readonly name: string;
  /** Where it stands; `guard` by default. Policies of one stage run in the order in which they were given. */
  readonly stage?: Stage;
  handle(call: Call, next: Next): Promise<Reply>;
  /**
   * Looks at a request to the proxy before anything of its body is read, and turns it away by throwing: what a stranger sends need not be taken in first. Not asked for a
   * path that answers the same to everybody.
   */
  greet?(request: HttpRequest): void | Promise<void>;
  /** The proxy is closing, and no call is under way any more: what is still to be done is done, within `grace` milliseconds. */
  close?(grace: number): Promise<void>;
}

/** Typed identity: checks a policy's shape where it is written. */
export function definePolicy(policy: Policy): Policy {
  return policy;
}
