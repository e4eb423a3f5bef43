import type { HttpRequest } from '@ai-proxy/core';
import { readCredential } from '../credential/read-credential.ts';
import type { KeyFinder } from './find-key.ts';
import { keyMissing, keyUnknown } from './find-key.ts';
import type { OtherWaysIn } from './other-ways-in.ts';

export interface GreetingOptions {
  readonly finder: KeyFinder | undefined;
  readonly otherWaysIn: OtherWaysIn;
  /** The parameter of the query that may hold a key. */
  readonly queryParameter: string | undefined;
}

/** Turns strangers away before what they send is read: without a good key nobody makes the server take in and parse megabytes. */
export function createGreeting({ finder, otherWaysIn, queryParameter }: GreetingOptions): (request: HttpRequest) => Promise<void> {
  return async ({ headers, caller }) => {
    // The application may know who it is; it is asked once, when all is known of the call.
    if (caller) return;
    const credential = readCredential(headers);
    if (!credential) {
      if (queryParameter !== undefined) return;
      throw keyMissing();
    }
    if (await otherWaysIn(credential.text, headers)) return;
    if (!finder) throw keyUnknown();
    await finder.find(credential.text);
  };
}
