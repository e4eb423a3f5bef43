import { Mistral } from '@mistralai/mistralai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMistralSimulator } from '../../src/index.ts';
import type { MistralSimulator } from '../../src/index.ts';

let simulator: MistralSimulator;
let client: Mistral;

beforeAll(async () => {
  simulator = await startMistralSimulator();
  client = new Mistral({ apiKey: simulator.apiKey, serverURL: simulator.url });
});
afterAll(() => simulator.close());

const weather = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 2 } } },
  },
};

describe("Mistral's own client at the simulator", () => {
  it('gets a chat answer that says what was asked', async () => {
    const answer = await client.chat.complete({ model: 'mistral-small-latest', messages: [{ role: 'user', content: 'hello there' }] });
    expect(answer.id).toMatch(/^[0-9a-f]{32}$/u);
    expect(answer.choices[0]?.message?.content).toBe('This is the simulator of mistral-small-latest. You said: hello there');
    expect(answer.choices[0]?.finishReason).toBe('stop');
    expect(answer.usage).toMatchObject({ promptTokens: 2, completionTokens: 10, totalTokens: 12 });
  });

  it('gets a stream of the same text, with usage in its last chunk', async () => {
    const stream = await client.chat.stream({ model: 'mistral-small-latest', messages: [{ role: 'user', content: 'hello there' }] });
    let text = '';
    const usages: unknown[] = [];
    for await (const { data } of stream) {
      const content = data.choices[0]?.delta.content;
      if (typeof content === 'string') text += content;
      usages.push(data.usage);
    }
    expect(text).toBe('This is the simulator of mistral-small-latest. You said: hello there');
    expect(usages.slice(0, -1).every((usage) => usage === undefined)).toBe(true);
    expect(usages.at(-1)).toMatchObject({ promptTokens: 2, completionTokens: 10 });
  });

  it('streams thinking of a reasoning model before its answer', async () => {
    const stream = await client.chat.stream({ model: 'magistral-medium-latest', messages: [{ role: 'user', content: 'why?' }] });
    let thinking = '';
    let text = '';
    for await (const { data } of stream) {
      const content = data.choices[0]?.delta.content;
      if (typeof content === 'string') text += content;
      for (const part of Array.isArray(content) ? content : []) {
        if (part.type === 'text') text += part.text;
        if (part.type === 'thinking') thinking += part.thinking.map((piece) => (piece.type === 'text' ? piece.text : '')).join('');
      }
    }
    expect(thinking).toBe('I was asked this: why? So I answer it.');
    expect(text).toBe('This is the simulator of magistral-medium-latest. You said: why?');
  });

  it('makes a tool call and quotes its result afterwards', async () => {
    const question = { role: 'user' as const, content: 'Use a tool, please' };
    const first = await client.chat.complete({ model: 'mistral-large-latest', messages: [question], tools: [weather] });
    const calls = first.choices[0]?.message?.toolCalls ?? [];
    expect(calls).toHaveLength(1);
    expect(calls[0]?.id).toMatch(/^[a-zA-Z0-9]{9}$/u);
    expect(calls[0]?.function).toEqual({ name: 'get_weather', arguments: '{"city":"simulated city","days":2}' });
    expect(first.choices[0]?.message?.content).toBeUndefined();
    const second = await client.chat.complete({
      model: 'mistral-large-latest',
      tools: [weather],
      messages: [
        question,
        { role: 'assistant', toolCalls: calls },
        { role: 'tool', toolCallId: calls[0]?.id ?? '', name: 'get_weather', content: 'rain all day' },
      ],
    });
    expect(second.choices[0]?.message?.content).toBe('The tool answered: rain all day');
  });

  it('makes two calls when asked for both', async () => {
    const answer = await client.chat.complete({
      model: 'mistral-large-latest',
      messages: [{ role: 'user', content: 'both' }],
      tools: [weather],
    });
    expect(answer.choices[0]?.message?.toolCalls?.map((call) => call.function.arguments)).toEqual([
      '{"city":"simulated city","days":2}',
      '{"city":"simulated city again","days":2}',
    ]);
  });

  it('gives as many choices as asked', async () => {
    const answer = await client.chat.complete({ model: 'mistral-small-latest', n: 3, messages: [{ role: 'user', content: 'hi' }] });
    expect(answer.choices.map((choice) => choice.index)).toEqual([0, 1, 2]);
  });

  it('answers JSON by a schema', async () => {
    const schema = { type: 'object', properties: { colour: { enum: ['red', 'blue'] }, count: { type: 'integer', minimum: 3 } } };
    const answer = await client.chat.complete({
      model: 'mistral-small-latest',
      messages: [{ role: 'user', content: 'JSON please' }],
      responseFormat: { type: 'json_schema', jsonSchema: { name: 'thing', schemaDefinition: schema, strict: true } },
    });
    expect(answer.choices[0]?.message?.content).toBe('{"colour":"red","count":3}');
  });

  it('fills in the middle', async () => {
    const answer = await client.fim.complete({ model: 'codestral-latest', prompt: 'def f(x):', suffix: 'return y' });
    expect(answer.choices[0]?.message?.content).toBe('simulated code after def f(x): and before return y');
  });

  it('embeds the same text to the same vector of length one', async () => {
    const { data } = await client.embeddings.create({ model: 'mistral-embed', inputs: ['same', 'other', 'same'] });
    const [first = [], second = [], third = []] = data.map((entry) => entry.embedding ?? []);
    expect(first).toHaveLength(1024);
    expect(third).toEqual(first);
    expect(second).not.toEqual(first);
    expect(Math.hypot(...first)).toBeCloseTo(1, 5);
  });

  it('shortens the vectors of codestral-embed', async () => {
    const { data } = await client.embeddings.create({ model: 'codestral-embed', inputs: 'x', outputDimension: 64, outputDtype: 'ubinary' });
    expect(data[0]?.embedding).toHaveLength(8);
  });

  it('reads the pages of a document that were asked for', async () => {
    const answer = await client.ocr.process({
      model: 'mistral-ocr-latest',
      pages: '0-1,5',
      document: { type: 'document_url', documentUrl: 'https://example.com/a.pdf' },
    });
    expect(answer.pages.map((page) => page.index)).toEqual([0, 1, 5]);
    expect(answer.usageInfo.pagesProcessed).toBe(3);
  });

  it('keeps files: up, listed, down, signed, deleted', async () => {
    const content = 'line one\r\n--not-a-boundary\r\nzwölf €\n';
    const file = await client.files.upload({ purpose: 'batch', file: { fileName: 'in.jsonl', content: new Blob([content]) } });
    expect(file).toMatchObject({ object: 'file', filename: 'in.jsonl', purpose: 'batch', sizeBytes: Buffer.byteLength(content) });
    expect((await client.files.list()).data.map((entry) => entry.id)).toContain(file.id);
    expect((await client.files.retrieve({ fileId: file.id })).deleted).toBe(false);
    const down = await client.files.download({ fileId: file.id });
    expect(await new Response(down).text()).toBe(content);
    const { url } = await client.files.getSignedUrl({ fileId: file.id });
    expect(await (await fetch(url)).text()).toBe(content);
    expect((await client.files.delete({ fileId: file.id })).deleted).toBe(true);
    await expect(client.files.retrieve({ fileId: file.id })).rejects.toMatchObject({ statusCode: 404 });
  });

  it('runs a batch from queued to done', async () => {
    const job = await client.batch.jobs.create({
      endpoint: '/v1/chat/completions',
      model: 'mistral-small-latest',
      requests: [
        { customId: 'a', body: { messages: [{ role: 'user', content: 'one' }] } },
        { customId: 'b', body: { messages: [] } },
      ],
    });
    const states = [job.status];
    for (let look = 0; look < 2; look++) states.push((await client.batch.jobs.get({ jobId: job.id })).status);
    expect(states).toEqual(['QUEUED', 'RUNNING', 'SUCCESS']);
    const done = await client.batch.jobs.get({ jobId: job.id, inline: true });
    expect([done.succeededRequests, done.failedRequests]).toEqual([1, 1]);
    const output = await new Response(await client.files.download({ fileId: done.outputFile ?? '' })).text();
    expect(
      output
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { custom_id: string }).custom_id),
    ).toEqual(['a', 'b']);
    expect((await client.batch.jobs.list()).total).toBe(1);
  });

  it('cancels a batch', async () => {
    const body = { messages: [{ role: 'user', content: 'one' }] };
    const { id } = await client.batch.jobs.create({ endpoint: '/v1/chat/completions', requests: [{ body }] });
    expect((await client.batch.jobs.cancel({ jobId: id })).status).toBe('CANCELLATION_REQUESTED');
    expect((await client.batch.jobs.get({ jobId: id })).status).toBe('CANCELLED');
  });

  it('lists every model under each of its names, in a form the client knows', async () => {
    const { data = [] } = await client.models.list();
    const known = data.flatMap((entry) => ('isUnknown' in entry ? [] : [entry]));
    expect(known).toHaveLength(data.length);
    const entry = known.find((candidate) => candidate.id === 'mistral-medium-latest');
    expect(entry).toMatchObject({
      type: 'base',
      aliases: ['mistral-medium-2508', 'mistral-medium'],
      capabilities: { completionChat: true, vision: true },
    });
    expect(known.map((candidate) => candidate.id)).toContain('mistral-medium-2508');
    expect(await client.models.retrieve({ modelId: 'codestral-latest' })).toMatchObject({
      id: 'codestral-latest',
      capabilities: { completionFim: true },
    });
  });

  it('deletes only fine-tuned models', async () => {
    const fineTuned = 'ft:classifier:ministral-3b-latest:simulator:20260102:intent';
    await expect(client.models.delete({ modelId: 'mistral-embed' })).rejects.toMatchObject({ statusCode: 403 });
    const own = await startMistralSimulator();
    const other = new Mistral({ apiKey: own.apiKey, serverURL: own.url });
    expect(await other.models.delete({ modelId: fineTuned })).toMatchObject({ deleted: true });
    await expect(other.models.retrieve({ modelId: fineTuned })).rejects.toMatchObject({ statusCode: 404 });
    await own.close();
  });

  it('moderates texts and conversations', async () => {
    const texts = await client.classifiers.moderate({ model: 'mistral-moderation-latest', inputs: ['violence here', 'flowers'] });
    expect(texts.results.map((result) => result.categories?.violence_and_threats)).toEqual([true, false]);
    const chat = await client.classifiers.moderateChat({
      model: 'mistral-moderation-2411',
      inputs: [{ role: 'user', content: 'dangerous plans' }],
    });
    expect(chat.results[0]?.categories?.dangerous_and_criminal_content).toBe(true);
  });

  it('classifies', async () => {
    const model = 'ft:classifier:ministral-3b-latest:simulator:20260102:intent';
    const answer = await client.classifiers.classify({ model, inputs: ['really?'] });
    expect(answer.results[0]?.intent?.scores).toMatchObject({ question: 0.9 });
  });

  it('speaks and transcribes', async () => {
    const spoken = await client.audio.speech.complete({ input: 'say this' });
    expect('audioData' in spoken && Buffer.from(spoken.audioData, 'base64').toString()).toBe('simulated mp3: say this');
    const file = { fileName: 'talk.wav', content: new Blob(['audio']) };
    const heard = await client.audio.transcriptions.complete({ model: 'voxtral-mini-latest', file });
    expect(heard.text).toBe('This is the simulated transcript of talk.wav');
    const events: string[] = [];
    let text = '';
    for await (const event of await client.audio.transcriptions.stream({ model: 'voxtral-mini-latest', file })) {
      events.push(event.event);
      if (event.data.type === 'transcription.text.delta') text += event.data.text;
    }
    expect(text).toBe(heard.text);
    expect([events[0], events.at(-1)]).toEqual(['transcription.language', 'transcription.done']);
  });

  it('streams speech', async () => {
    const stream = await client.audio.speech.complete({ input: 'say this', stream: true });
    const pieces: string[] = [];
    if (!('audioData' in stream)) for await (const { data } of stream) if (data.type === 'speech.audio.delta') pieces.push(data.audioData);
    expect(pieces.map((piece) => Buffer.from(piece, 'base64').toString()).join('')).toBe('simulated mp3: say this');
  });

  it('holds a conversation in named events', async () => {
    const names: string[] = [];
    let text = '';
    for await (const { event, data } of await client.beta.conversations.startStream({ model: 'mistral-medium-latest', inputs: 'hello' })) {
      names.push(event);
      if (data.type === 'message.output.delta' && typeof data.content === 'string') text += data.content;
    }
    expect(text).toBe('This is the simulator of mistral-medium-latest. You said: hello');
    expect([names[0], names.at(-1)]).toEqual(['conversation.response.started', 'conversation.response.done']);
    const started = await client.beta.conversations.start({ model: 'mistral-medium-latest', inputs: 'one' });
    const next = await client.beta.conversations.append({
      conversationId: started.conversationId,
      conversationAppendRequest: { inputs: 'two' },
    });
    expect(next.usage.promptTokens).toBeGreaterThan(started.usage.promptTokens);
  });

  it('answers agents', async () => {
    const answer = await client.agents.complete({ agentId: 'ag:1', messages: [{ role: 'user', content: 'hi' }] });
    expect(answer.choices[0]?.message?.content).toContain('You said: hi');
  });

  it('refuses a temperature that is too high as the API does', async () => {
    const request = client.chat.complete({ model: 'mistral-small-latest', temperature: 2, messages: [{ role: 'user', content: 'x' }] });
    await expect(request).rejects.toMatchObject({ statusCode: 422 });
    const last = simulator.requests.at(-1);
    expect(last).toMatchObject({ method: 'POST', path: '/v1/chat/completions', status: 422, json: { temperature: 2 } });
  });
});
