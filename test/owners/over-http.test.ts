import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKey, hashKey, keys } from '@ai-proxy/auth';
import { aiProxy } from '@ai-proxy/connect';
import { createProxy, memoryKeyStore } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import { openSql, sqlOwners } from '@ai-proxy/sql';
import { madeUpChange, madeUpKey, sendRaw, startMistralSimulator } from '@ai-proxy/testing';
import type { MistralSimulator } from '@ai-proxy/testing';
import { Mistral } from '@mistralai/mistralai';
import { onTestFinished, describe, expect, it } from 'vitest';

interface House {
  readonly url: string;
  readonly port: number;
  readonly upstream: MistralSimulator;
  /** A key of its own for each. */
  key(): Promise<string>;
  /** The provider's own client, with a key of the gateway. */
  client(): Promise<Mistral>;
}

/** A proxy on a Node server, with its owners in a file. */
async function openHouse(): Promise<House> {
  const upstream = await startMistralSimulator();
  const folder = await mkdtemp(join(tmpdir(), 'ai-proxy-owners-'));
  const database = openSql(`sqlite:${join(folder, 'owners.db')}`);
  const objects = sqlOwners(database);
  const store = memoryKeyStore();
  const proxy = createProxy({
    providers: [mistral({ apiKey: upstream.apiKey, baseURL: upstream.url })],
    policies: [keys({ store, objects })],
  });
  const ai = aiProxy(proxy);
  const server = createServer((request, response) => ai(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
    await proxy.close({ grace: 0 });
    await objects.close();
    await database.close();
    await upstream.close();
    await rm(folder, { recursive: true });
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  let made = 0;
  async function key(): Promise<string> {
    const text = createKey();
    const record = madeUpKey((made += 1), { hash: await hashKey(text) });
    await store.put(record, madeUpChange(made, record.id));
    return text;
  }
  return { url, port, upstream, key, client: async () => new Mistral({ apiKey: await key(), serverURL: `${url}/mistral` }) };
}

const ids = (entries: readonly { readonly id?: string }[] | undefined): readonly (string | undefined)[] =>
  (entries ?? []).map(({ id }) => id);

describe('owners of objects, over a Node server', () => {
  it('are told apart for Mistral’s own client: files, jobs, agents, conversations, libraries, voices', async () => {
    const house = await openHouse();
    const [anna, bert] = [await house.client(), await house.client()];
    const file = await anna.files.upload({ file: new File(['{"custom_id":"0","body":{"input":"x"}}\n'], 'a.jsonl'), purpose: 'batch' });
    const job = await anna.batch.jobs.create({ inputFiles: [file.id], endpoint: '/v1/embeddings', model: 'mistral-embed' });
    const library = await anna.beta.libraries.create({ name: 'shelf' });
    const document = await anna.beta.libraries.documents.upload({
      libraryId: library.id,
      requestBody: { file: new File(['a text'], 'a.txt') },
    });
    const agent = await anna.beta.agents.create({
      model: 'mistral-small-latest',
      name: 'helper',
      tools: [{ type: 'document_library', libraryIds: [library.id] }],
    });
    const talk = await anna.beta.conversations.start({ agentId: agent.id, inputs: 'hello' });
    const voice = await anna.audio.voices.create({ name: 'mine', sampleAudio: 'UklGRg==' });

    expect(ids((await anna.files.list({})).data)).toEqual([file.id]);
    const jobs = await anna.batch.jobs.list({});
    expect([ids(jobs.data), jobs.total]).toEqual([[job.id], 1]);
    expect(ids(await anna.beta.agents.list({}))).toEqual([agent.id]);
    expect(ids((await anna.beta.libraries.list({})).data)).toEqual([library.id]);
    expect(ids((await anna.beta.libraries.documents.list({ libraryId: library.id })).data)).toEqual([document.id]);
    expect((await anna.audio.voices.list({})).items.map(({ id }) => id)).toEqual(['en_paul_neutral', 'voice_478', voice.id]);
    expect((await anna.beta.conversations.getHistory({ conversationId: talk.conversationId })).entries.length).toBeGreaterThan(0);

    expect([(await bert.files.list({})).data, (await bert.batch.jobs.list({})).data, await bert.beta.agents.list({})]).toEqual([
      [],
      [],
      [],
    ]);
    expect((await bert.audio.voices.list({})).items.map(({ id }) => id)).toEqual(['en_paul_neutral', 'voice_478']);
    const before = house.upstream.requests.length;
    for (const ask of [
      async () => bert.files.retrieve({ fileId: file.id }),
      async () => bert.files.delete({ fileId: file.id }),
      async () => bert.batch.jobs.get({ jobId: job.id }),
      async () => bert.beta.agents.get({ agentId: agent.id }),
      async () => bert.beta.libraries.documents.textContent({ libraryId: library.id, documentId: document.id }),
      async () => bert.beta.conversations.append({ conversationId: talk.conversationId, conversationAppendRequest: { inputs: 'and?' } }),
      async () => bert.audio.voices.get({ voiceId: voice.id }),
      async () => bert.ocr.process({ model: 'mistral-ocr-latest', document: { type: 'file', fileId: file.id } }),
    ]) {
      await expect(ask()).rejects.toMatchObject({ statusCode: 404 });
    }
    expect(house.upstream.requests.length).toBe(before);
    expect((await anna.files.retrieve({ fileId: file.id })).id).toBe(file.id);
  });

  const multipart = (name: string, bytes: number): { readonly body: string; readonly headers: Record<string, string> } => ({
    body: `--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nocr\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n${'x'.repeat(bytes)}\r\n--b--\r\n`,
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
  });

  it('are noted for uploads of many bytes, which arrive as they were sent', async () => {
    const house = await openHouse();
    const key = await house.key();
    const { body, headers } = multipart('a.pdf', 5_000_000);
    const verdict = await sendRaw({
      port: house.port,
      path: '/mistral/v1/files',
      body,
      headers: { ...headers, authorization: `Bearer ${key}` },
    });
    expect([verdict.status, verdict.ending]).toEqual([200, 'complete']);
    expect(new TextDecoder().decode(house.upstream.requests.at(-1)?.body)).toBe(body);
    const { id } = JSON.parse(verdict.text) as { id: string };
    const read = await sendRaw({ port: house.port, path: `/mistral/v1/files/${id}/content`, headers: { authorization: `Bearer ${key}` } });
    expect([read.status, read.body.byteLength]).toEqual([200, 5_000_000]);
  });

  it('stop the upload of a caller who leaves', async () => {
    const house = await openHouse();
    const { body, headers } = multipart('a.pdf', 2_000_000);
    const verdict = await sendRaw({
      port: house.port,
      path: '/mistral/v1/files',
      body,
      headers: { ...headers, authorization: `Bearer ${await house.key()}` },
      leave: 'mid-upload',
    });
    expect(verdict.ending).toBe('left');
    await expect.poll(() => house.upstream.requests.length).toBe(1);
    expect(await house.upstream.requests[0]?.ended).toBe('closed-by-peer');
  });

  it('refuse what is another’s before the upload is over, and tell it', async () => {
    const house = await openHouse();
    const [anna, bert] = [await house.client(), await house.key()];
    const library = await anna.beta.libraries.create({ name: 'shelf' });
    const { body, headers } = multipart('a.pdf', 2_000_000);
    const verdict = await sendRaw({
      port: house.port,
      path: `/mistral/v1/libraries/${library.id}/documents`,
      body,
      headers: { ...headers, authorization: `Bearer ${bert}` },
    });
    expect([verdict.status, (JSON.parse(verdict.text) as { code: string }).code]).toEqual([404, 'object_not_found']);
    expect(house.upstream.requests.length).toBe(1);
  });
});
