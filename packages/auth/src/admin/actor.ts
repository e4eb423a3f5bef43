import { behindMasterKey, ProxyError } from '@ai-proxy/core';
import type { HttpReply, HttpRequest, KeyRecord, MasterKeyOptions } from '@ai-proxy/core';
import { readCredential } from '../credential/read-credential.ts';
import type { KeyFinder } from '../identify/find-key.ts';
import { keyMissing } from '../identify/find-key.ts';
import { isWellFormed } from '../key/key-text.ts';

/** Who administers: the operator, or the holder of a key that may make keys below it. */
export interface Actor {
  /** In accounts of changes. */
  readonly name: string;
  /** Nothing for the operator. */
  readonly key: KeyRecord | undefined;
}

const operator: Actor = { name: 'operator', key: undefined };

/** Lets the operator in by the master key, and holders of keys that may manage others by theirs. */
export async function asActor(
  request: HttpRequest,
  finder: KeyFinder,
  masterKey: MasterKeyOptions,
  serve: (actor: Actor) => Promise<HttpReply>,
): Promise<HttpReply> {
  const key = await holderOf(request, finder);
  if (key) {
    if (!key.managesKeys) throw noRight();
    // A key below another that was lost has lost its rights too.
    await finder.grant(key);
    return serve({ name: key.id, key });
  }
  const reply = await behindMasterKey(async () => serve(operator), masterKey)(request);
  if (!reply) throw new Error('key administration gave no answer');
  return reply;
}

/** The holder of whichever key a request carries. */
export async function asHolder(request: HttpRequest, finder: KeyFinder): Promise<KeyRecord> {
  const credential = readCredential(request.headers);
  if (!credential) throw keyMissing();
  return finder.find(credential.text);
}

/** A master key may look like a virtual key: what no store knows is tried as one. */
async function holderOf(request: HttpRequest, finder: KeyFinder): Promise<KeyRecord | undefined> {
  const credential = readCredential(request.headers);
  if (!credential || !isWellFormed(credential.text)) return undefined;
  try {
    return await finder.find(credential.text);
  } catch (error) {
    if (error instanceof ProxyError && error.code === 'key_unknown') return undefined;
    throw error;
  }
}

const noRight = (): ProxyError =>
  new ProxyError('This key may not manage keys. Ask the operator, who can give it that right, or use the master key.', {
    status: 403,
    code: 'right_missing',
    source: 'policy',
  });
