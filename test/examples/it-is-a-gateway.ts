import type { MistralSimulator } from '@ai-proxy/testing';
import OpenAI from 'openai';
import { beforeEach, expect, it } from 'vitest';

/** An example that runs. */
export interface RunningExample {
  /** Up to and including the mount. */
  readonly url: string;
  readonly simulator: MistralSimulator;
  /** What lets a caller in. */
  readonly headers: Readonly<Record<string, string>>;
}

export const question = { model: 'fast', messages: [{ role: 'user' as const, content: 'Hello there' }] };

export const clientOf = ({ url, headers }: Pick<RunningExample, 'url' | 'headers'>): OpenAI =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', defaultHeaders: headers, maxRetries: 0 });

/** What every example does whose alias `fast` is a model of Mistral's, whatever its framework. */
export function itIsAGateway(example: () => RunningExample): void {
  beforeEach(() => example().simulator.behave({}));
  const asked = (): MistralSimulator['requests'][number] | undefined => example().simulator.requests.at(-1);

  it('answers an alias through the gateway', async () => {
    const { choices } = await clientOf(example()).chat.completions.create(question);
    expect(choices[0]?.message.content).toBe(asked()?.truth?.texts[0]);
    expect(asked()).toMatchObject({
      json: { model: 'mistral-small-latest', messages: question.messages },
      headers: { authorization: `Bearer ${example().simulator.apiKey}` },
    });
  });

  it('streams', async () => {
    const chunks = await Array.fromAsync(await clientOf(example()).chat.completions.create({ ...question, stream: true }));
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(asked()?.truth?.texts[0]);
  });

  it('relays an upload', async () => {
    const form = new FormData();
    form.append('purpose', 'ocr');
    form.append('file', new Blob([new Uint8Array(300_000)]), 'bytes.bin');
    const { url, headers, simulator } = example();
    const answer = await fetch(`${url}/mistral/v1/files`, { method: 'POST', body: form, headers });
    expect(await answer.json()).toMatchObject({ filename: 'bytes.bin', bytes: 300_000 });
    expect(asked()).toMatchObject({ path: '/v1/files', headers: { authorization: `Bearer ${simulator.apiKey}` } });
  });

  it('stops the provider when the caller leaves', async () => {
    example().simulator.behave({ tokensPerSecond: 20 });
    const stream = await clientOf(example()).chat.completions.create({ ...question, stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    expect(await asked()?.ended).toBe('closed-by-peer');
  });

  it('throws in the middle of a stream that breaks', async () => {
    example().simulator.behave({ fault: { name: 'resetAfter', events: 3 } });
    const stream = await clientOf(example()).chat.completions.create({ ...question, stream: true });
    await expect(Array.fromAsync(stream)).rejects.toThrow(/reset/);
  });
}

/** Nobody whom the example does not know gets in, and nothing goes up for him. */
export function itKeepsOut(example: () => RunningExample, refusal: { readonly status: number; readonly code?: string }): void {
  it('lets in nobody whom it does not know', async () => {
    const { simulator } = example();
    const before = simulator.requests.length;
    const stranger = clientOf({ ...example(), headers: {} });
    await expect(stranger.chat.completions.create(question)).rejects.toMatchObject(refusal);
    expect(simulator.requests).toHaveLength(before);
  });
}
