import { fail, match } from 'node:assert/strict';
import type { ScriptedRequest } from '../../raw/inbox.ts';
import type { ScriptedUpstream } from '../../raw/scripted-upstream.ts';

/** A request with a body that is text. */
export interface PostedText {
  readonly path: string;
  readonly body: string;
}

/** A chat, as a caller of OpenAI's API asks for it. */
export function chat(extra: Readonly<Record<string, unknown>> = {}): PostedText {
  const body = { model: 'contract/anvil', messages: [{ role: 'user', content: 'Grüße 🌍' }], ...extra };
  return { path: '/v1/chat/completions', body: JSON.stringify(body) };
}

/** The same as a stream. */
export const streamedChat = (): PostedText => chat({ stream: true });

/** A call of the upstream's own, as a stream of lines. */
export const streamedLines = (): PostedText => ({ path: '/contract/v1/generate', body: '{"model":"anvil","stream":true}' });

/** A call of the upstream's own, as a stream of events. */
export const streamedEvents = (): PostedText => ({ path: '/contract/v1/chat/completions', body: '{"model":"anvil","stream":true}' });

/** A chat that says nothing of the model: the proxy refuses it, whoever has read it before. */
export const refusedChat = (): PostedText => ({ path: '/v1/chat/completions', body: '{"messages":[]}' });

/** A header of a request that the upstream got. */
export function headerOf(request: ScriptedRequest | undefined, name: string): string | undefined {
  return request?.headers.find(([key]) => key.toLowerCase() === name)?.[1];
}

/** The JSON of a request that the upstream got. */
export function jsonOf(request: ScriptedRequest | undefined): unknown {
  return JSON.parse(new TextDecoder().decode(request?.body));
}

/** Waits until the upstream sees its peer go. */
export async function peerLeaves(upstream: ScriptedUpstream, connection: number): Promise<void> {
  const { closedBy } = await upstream.closed(connection);
  match(closedBy ?? 'still open', /^peer-/);
}

/** Throws unless two bodies hold the same bytes; large ones are not printed. */
export function sameBytes(actual: Uint8Array | undefined, expected: Uint8Array): void {
  if (Buffer.compare(actual ?? new Uint8Array(), expected) === 0) return;
  const at = expected.findIndex((byte, index) => actual?.[index] !== byte);
  fail(`${actual?.length ?? 0} bytes came, and ${expected.length} were to; they differ at ${at === -1 ? expected.length : at}`);
}

/** Settles when a condition comes true of which nobody tells. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
