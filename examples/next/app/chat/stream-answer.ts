import OpenAI from 'openai';
import type { Message } from './conversation';

/** Asks the page's own server, and gives the answer piece by piece as it comes. */
export async function* streamAnswer(messages: readonly Message[], signal: AbortSignal): AsyncGenerator<string, void, undefined> {
  const client = new OpenAI({
    baseURL: new URL('/ai/v1', window.location.href).href,
    // The provider's key is the server's: there is none in the browser that could be stolen.
    apiKey: 'unused',
    dangerouslyAllowBrowser: true,
  });
  const chunks = await client.chat.completions.create(
    { model: 'chat', stream: true, messages: messages.map(({ role, content }) => ({ role, content })) },
    { signal },
  );
  for await (const chunk of chunks) {
    const text = chunk.choices[0]?.delta.content;
    if (text) yield text;
  }
}
