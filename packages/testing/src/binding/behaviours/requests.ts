import type { ScriptedRequest } from '../../raw/inbox.ts';

/** A chat, as a caller of OpenAI's API asks for it. */
export function chat(extra: Readonly<Record<string, unknown>> = {}): { readonly path: string; readonly body: string } {
  const body = { model: 'contract/anvil', messages: [{ role: 'user', content: 'Grüße 🌍' }], ...extra };
  return { path: '/v1/chat/completions', body: JSON.stringify(body) };
}

/** The same as a stream. */
export const streamedChat = (): ReturnType<typeof chat> => chat({ stream: true });

/** A header of a request that the upstream got. */
export function headerOf(request: ScriptedRequest | undefined, name: string): string | undefined {
  return request?.headers.find(([key]) => key.toLowerCase() === name)?.[1];
}

/** The JSON of a request that the upstream got. */
export function bodyOf(request: ScriptedRequest | undefined): unknown {
  return JSON.parse(new TextDecoder().decode(request?.body));
}
