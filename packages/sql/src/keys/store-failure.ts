import { ProxyError, reasonOf } from '@ai-proxy/core';
import { KeyConflict } from '@ai-proxy/core/key-store';
import { withoutSecrets } from '../database/without-secrets.ts';

/**
 * Why a store of keys could not do what it was asked for: names the store, and says what the database said. The cause is not handed on: drivers put into their
 * errors what they were called with, and that may be an address with a password.
 */
export function toStoreFailure(name: string, url: string, error: unknown): Error {
  // What a store says of a request in its own words is no failure.
  if (error instanceof KeyConflict || error instanceof ProxyError) return error;
  return new Error(withoutSecrets(url)(`The store "${name}" failed: ${reasonOf(error)}`));
}
