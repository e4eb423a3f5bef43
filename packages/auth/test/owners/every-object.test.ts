import { mistral } from '@ai-proxy/mistral';
import { describe, expect, it } from 'vitest';
import type { AccountCaller } from './make-account.ts';
import { fileForm, form, makeAccount } from './make-account.ts';

const chat = { model: 'mistral-small-latest', messages: [{ role: 'user', content: 'hello' }] };
const job = {
  endpoint: '/v1/chat/completions',
  model: 'mistral-small-latest',
  requests: [{ custom_id: '0', body: { messages: chat.messages } }],
};
const agent = { model: 'mistral-small-latest', name: 'helper' };
const conversation = { model: 'mistral-small-latest', inputs: 'hello' };
const voice = { name: 'mine', sample_audio: 'UklGRg==' };

type Make = (caller: AccountCaller) => Promise<string>;
const makeFile: Make = async (caller) => caller.make('/v1/files', fileForm());
const makeJob: Make = async (caller) => caller.make('/v1/batch/jobs', job);
const makeAgent: Make = async (caller) => caller.make('/v1/agents', agent);
const makeConversation: Make = async (caller) => caller.make('/v1/conversations', conversation, 'conversation_id');
const makeLibrary: Make = async (caller) => caller.make('/v1/libraries', { name: 'shelf' });
const makeVoice: Make = async (caller) => caller.make('/v1/audio/voices', voice);
const makeTuning: Make = async (caller) =>
  caller.make('/v1/fine_tuning/jobs', {
    model: 'mistral-small-latest',
    training_files: [{ file_id: await makeFile(caller) }],
    hyperparameters: {},
  });
const makeModel: Make = async (caller) => {
  const id = await makeTuning(caller);
  await caller.ask('POST', `/v1/fine_tuning/jobs/${id}/start`);
  return String((await caller.ask('GET', `/v1/fine_tuning/jobs/${id}`)).json?.['fine_tuned_model']);
};
/** The library and the document, as they stand in a path. */
const makeDocument: Make = async (caller) => {
  const library = await makeLibrary(caller);
  return `${library}/documents/${await caller.make(`/v1/libraries/${library}/documents`, form({ file: new Blob(['a text']) }))}`;
};

/** A route of one object: how it is made, what is asked, and what it is answered where it is the caller's own. */
type Row = readonly [method: string, path: (id: string) => string, make: Make, status: number, body?: (id: string) => unknown];

const rows: Readonly<Record<string, Row>> = {
  'a file': ['GET', (id) => `/v1/files/${id}`, makeFile, 200],
  'the content of a file': ['GET', (id) => `/v1/files/${id}/content`, makeFile, 200],
  'the address of a file': ['GET', (id) => `/v1/files/${id}/url`, makeFile, 200],
  'the removal of a file': ['DELETE', (id) => `/v1/files/${id}`, makeFile, 200],
  'a file in a job': [
    'POST',
    () => '/v1/batch/jobs',
    makeFile,
    200,
    (id) => ({ endpoint: '/v1/chat/completions', model: 'mistral-small-latest', input_files: [id] }),
  ],
  'a file to be read': [
    'POST',
    () => '/v1/ocr',
    makeFile,
    200,
    (id) => ({ model: 'mistral-ocr-latest', document: { type: 'file', file_id: id } }),
  ],
  'a file in a message': [
    'POST',
    () => '/v1/conversations',
    makeFile,
    200,
    (id) => ({ ...conversation, inputs: [{ role: 'user', content: [{ type: 'tool_file', tool: 'x', file_id: id }] }] }),
  ],
  'a file in a request of a job': [
    'POST',
    () => '/v1/batch/jobs',
    makeFile,
    200,
    (id) => ({ endpoint: '/v1/ocr', requests: [{ body: { document: { type: 'file', file_id: id } } }] }),
  ],
  'a file to be heard': [
    'POST',
    () => '/v1/audio/transcriptions',
    makeFile,
    200,
    (id) => form({ model: 'voxtral-mini-latest', file_id: id }),
  ],
  'a file to learn from': [
    'POST',
    () => '/v1/fine_tuning/jobs',
    makeFile,
    200,
    (id) => ({ model: 'mistral-small-latest', training_files: [{ file_id: id }], hyperparameters: {} }),
  ],
  'a file to check what was learned': [
    'POST',
    () => '/v1/fine_tuning/jobs',
    makeFile,
    200,
    (id) => ({ model: 'mistral-small-latest', validation_files: [id], hyperparameters: {} }),
  ],
  'a job': ['GET', (id) => `/v1/batch/jobs/${id}`, makeJob, 200],
  'a job with its results': ['GET', (id) => `/v1/batch/jobs/${id}?inline=true`, makeJob, 200],
  'the end of a job': ['POST', (id) => `/v1/batch/jobs/${id}/cancel`, makeJob, 200],
  'the removal of a job': ['DELETE', (id) => `/v1/batch/jobs/${id}`, makeJob, 200],
  'a tuning': ['GET', (id) => `/v1/fine_tuning/jobs/${id}`, makeTuning, 200],
  'the start of a tuning': ['POST', (id) => `/v1/fine_tuning/jobs/${id}/start`, makeTuning, 200],
  'the end of a tuning': ['POST', (id) => `/v1/fine_tuning/jobs/${id}/cancel`, makeTuning, 200],
  'a tuned model': ['PATCH', (id) => `/v1/fine_tuning/models/${id}`, makeModel, 200, () => ({ name: 'x' })],
  'a tuned model to the archive': ['POST', (id) => `/v1/fine_tuning/models/${id}/archive`, makeModel, 200],
  'a tuned model from the archive': ['DELETE', (id) => `/v1/fine_tuning/models/${id}/archive`, makeModel, 200],
  'an agent': ['GET', (id) => `/v1/agents/${id}`, makeAgent, 200],
  'the change of an agent': ['PATCH', (id) => `/v1/agents/${id}`, makeAgent, 200, () => ({ name: 'other' })],
  'the removal of an agent': ['DELETE', (id) => `/v1/agents/${id}`, makeAgent, 204],
  'the choice of an agent’s version': ['PATCH', (id) => `/v1/agents/${id}/version?version=0`, makeAgent, 200],
  'the versions of an agent': ['GET', (id) => `/v1/agents/${id}/versions`, makeAgent, 200],
  'a version of an agent': ['GET', (id) => `/v1/agents/${id}/versions/0`, makeAgent, 200],
  'the other names of an agent': ['GET', (id) => `/v1/agents/${id}/aliases`, makeAgent, 200],
  'another name of an agent': ['PUT', (id) => `/v1/agents/${id}/aliases?alias=a&version=0`, makeAgent, 200],
  'the loss of an agent’s name': ['DELETE', (id) => `/v1/agents/${id}/aliases?alias=a`, makeAgent, 204],
  'an agent that answers': ['POST', () => '/v1/agents/completions', makeAgent, 200, (id) => ({ agent_id: id, messages: chat.messages })],
  'an agent that converses': ['POST', () => '/v1/conversations', makeAgent, 200, (id) => ({ agent_id: id, inputs: 'hello' })],
  'an agent for an agent': ['POST', () => '/v1/agents', makeAgent, 200, (id) => ({ ...agent, handoffs: [id] })],
  'an agent in a job': ['POST', () => '/v1/batch/jobs', makeAgent, 200, (id) => ({ ...job, agent_id: id })],
  'a conversation': ['GET', (id) => `/v1/conversations/${id}`, makeConversation, 200],
  'the removal of a conversation': ['DELETE', (id) => `/v1/conversations/${id}`, makeConversation, 204],
  'the history of a conversation': ['GET', (id) => `/v1/conversations/${id}/history`, makeConversation, 200],
  'the messages of a conversation': ['GET', (id) => `/v1/conversations/${id}/messages`, makeConversation, 200],
  'the next turn of a conversation': ['POST', (id) => `/v1/conversations/${id}`, makeConversation, 200, () => ({ inputs: 'and then?' })],
  'the next turn of a conversation, as a stream': [
    'POST',
    (id) => `/v1/conversations/${id}`,
    makeConversation,
    200,
    () => ({ inputs: 'and then?', stream: true }),
  ],
  'another turn of a conversation': [
    'POST',
    (id) => `/v1/conversations/${id}/restart`,
    makeConversation,
    200,
    () => ({ inputs: 'or else', from_entry_id: 'x' }),
  ],
  'a library': ['GET', (id) => `/v1/libraries/${id}`, makeLibrary, 200],
  'the change of a library': ['PATCH', (id) => `/v1/libraries/${id}`, makeLibrary, 200, () => ({ name: 'other' })],
  'the change of a library, as before': ['PUT', (id) => `/v1/libraries/${id}`, makeLibrary, 200, () => ({ name: 'other' })],
  'the removal of a library': ['DELETE', (id) => `/v1/libraries/${id}`, makeLibrary, 200],
  'who else reads a library': ['GET', (id) => `/v1/libraries/${id}/share`, makeLibrary, 200],
  'a further reader of a library': ['PUT', (id) => `/v1/libraries/${id}/share`, makeLibrary, 200, () => ({ level: 'Viewer' })],
  'one reader less of a library': ['DELETE', (id) => `/v1/libraries/${id}/share`, makeLibrary, 200],
  'the documents of a library': ['GET', (id) => `/v1/libraries/${id}/documents`, makeLibrary, 200],
  'a document for a library': [
    'POST',
    (id) => `/v1/libraries/${id}/documents`,
    makeLibrary,
    201,
    () => form({ file: new Blob(['a text']) }),
  ],
  'a library for an agent': [
    'POST',
    () => '/v1/agents',
    makeLibrary,
    200,
    (id) => ({ ...agent, tools: [{ type: 'document_library', library_ids: [id] }] }),
  ],
  'a library for an agent that was there': [
    'POST',
    () => '/v1/conversations',
    makeLibrary,
    200,
    (id) => ({ ...conversation, tools: [{ type: 'document_library', library_ids: [id] }] }),
  ],
  'a document': ['GET', (id) => `/v1/libraries/${id}`, makeDocument, 200],
  'the change of a document': ['PATCH', (id) => `/v1/libraries/${id}`, makeDocument, 200, () => ({ name: 'other' })],
  'the change of a document, as before': ['PUT', (id) => `/v1/libraries/${id}`, makeDocument, 200, () => ({ name: 'other' })],
  'the removal of a document': ['DELETE', (id) => `/v1/libraries/${id}`, makeDocument, 204],
  'the text of a document': ['GET', (id) => `/v1/libraries/${id}/text_content`, makeDocument, 200],
  'the state of a document': ['GET', (id) => `/v1/libraries/${id}/status`, makeDocument, 200],
  'the address of a document': ['GET', (id) => `/v1/libraries/${id}/signed-url`, makeDocument, 200],
  'the address of a document’s text': ['GET', (id) => `/v1/libraries/${id}/extracted-text-signed-url`, makeDocument, 200],
  'a document once more': ['POST', (id) => `/v1/libraries/${id}/reprocess`, makeDocument, 204],
  'a voice': ['GET', (id) => `/v1/audio/voices/${id}`, makeVoice, 200],
  'the change of a voice': ['PATCH', (id) => `/v1/audio/voices/${id}`, makeVoice, 200, () => ({ name: 'other' })],
  'the removal of a voice': ['DELETE', (id) => `/v1/audio/voices/${id}`, makeVoice, 200],
  'the sound of a voice': ['GET', (id) => `/v1/audio/voices/${id}/sample`, makeVoice, 200],
  'a voice that speaks': ['POST', () => '/v1/audio/speech', makeVoice, 200, (id) => ({ input: 'hello', voice_id: id })],
};

const table = Object.entries(rows);

/** An id of the same shape that nobody has; of a document, in one's own library. */
const unknownLike = (id: string): string => id.slice(0, -6) + '0f0f0f';

describe('every object at a provider', () => {
  it.each(table)('%s is its maker’s', async (_name, [method, path, make, status, body]) => {
    const account = await makeAccount();
    const caller = await account.caller();
    const id = await make(caller);
    const answer = await caller.ask(method, path(id), body?.(id));
    expect([answer.status, answer.status === status ? '' : answer.text]).toEqual([status, '']);
    expect(account.upstream.requests.at(-1)?.path).toBe(path(id));
  });

  it.each(table)('%s of another answers as one that is not there, and nothing goes up', async (_name, [method, path, make, , body]) => {
    const account = await makeAccount();
    const [maker, other] = [await account.caller(), await account.caller()];
    const id = await make(maker);
    const before = account.upstream.requests.length;
    const ask = async (one: string): Promise<readonly unknown[]> => {
      // Of a document, the id of its library stands before it.
      const answer = await other.ask(method, path(body ? one : one.split('/').map(encodeURIComponent).join('/')), body?.(one));
      return [answer.status, answer.json?.['code']];
    };
    expect([await ask(id), await ask(unknownLike(id))]).toEqual([
      [404, 'object_not_found'],
      [404, 'object_not_found'],
    ]);
    for (const strange of ['x', '..', `${id} `, id.toUpperCase(), `${id}\0`, '"; drop table x; --', 'é'.repeat(300)]) {
      const answer = await ask(strange);
      // Some are no path, or no form, whoever asks.
      if (answer[1] !== 'object_not_found') expect(['invalid_path', 'path_not_found', 'invalid_body']).toContain(answer[1]);
    }
    // The beginning of a form may have gone up; the end never does.
    const arrived = account.upstream.requests.slice(before).filter(({ path: asked }) => asked !== '/v1/audio/transcriptions');
    expect(arrived).toEqual([]);
    // And it is still there for whom it belongs to.
    const [, , , status] = rows[_name] ?? [];
    expect((await maker.ask(method, path(id), body?.(id))).status).toBe(status);
  });

  it('is looked for by the id that the provider will read, in whatever spelling of the path', async () => {
    const account = await makeAccount();
    const [maker, other] = [await account.caller(), await account.caller()];
    const id = await makeFile(maker);
    const spelled = id.replaceAll('-', '%2D').replace(/^./, (first) => `%${first.charCodeAt(0).toString(16)}`);
    for (const path of [`/files/${id}`, `/v1/files/${id}`, `/v1/files/${spelled}`, `/files/${spelled}/content`]) {
      expect([path, (await maker.ask('GET', path)).status]).toEqual([path, 200]);
      const before = account.upstream.requests.length;
      for (const method of ['GET', 'HEAD']) expect([method, path, (await other.ask(method, path)).status]).toEqual([method, path, 404]);
      expect(account.upstream.requests.length).toBe(before);
    }
  });

  it('says the same of what is another’s and of what is not there', async () => {
    const account = await makeAccount();
    const [maker, other] = [await account.caller(), await account.caller()];
    const id = await makeFile(maker);
    const [anothers, nobodys] = [await other.ask('GET', `/v1/files/${id}`), await other.ask('GET', `/v1/files/${unknownLike(id)}`)];
    const shown = ({ headers }: typeof anothers): unknown => [...headers].filter(([name]) => !/^(?:x-ai-proxy-id|date)$/.test(name));
    expect([anothers.text, shown(anothers)]).toEqual([nobodys.text, shown(nobodys)]);
    expect(anothers.json).toEqual({
      object: 'error',
      message: 'No file of yours has this id. List yours to see which there are.',
      type: 'not_found_error',
      param: null,
      code: 'object_not_found',
    });
  });

  it('has a rule for every route of objects that the provider knows', () => {
    const groups = new Set(['agents', 'batch', 'conversations', 'files', 'fine_tuning', 'libraries', 'voices']);
    const known = (mistral({ apiKey: 'x' }).native?.routes ?? [])
      .filter(({ operation }) => groups.has(operation))
      .flatMap(({ methods, path }) => methods.map((method) => `${method} ${path}`));
    const asked = new Set(table.map(([, [method, path]]) => `${method} ${path(':id').split('?')[0]}`));
    const lists = ['files', 'batch/jobs', 'fine_tuning/jobs', 'agents', 'agents/pages', 'conversations', 'libraries', 'audio/voices'];
    const others = new Set(lists.flatMap((list) => [`GET /v1/${list}`, `POST /v1/${list}`]));
    const missing = known.filter(
      (route) => !asked.has(route.replace('/:version', '/0').replace('/documents/:document', '')) && !others.has(route),
    );
    expect(missing).toEqual([]);
  });
});
