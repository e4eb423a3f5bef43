import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOpenaiEncoder } from '../../../src/faces/openai/create-encoder.ts';
import { modelEntry, modelList } from '../../../src/faces/openai/model-entries.ts';
import { makeCall } from './make-call.ts';
import { serveAnswers } from './serve-answer.ts';
import type { AnswerServer } from './serve-answer.ts';

let server: AnswerServer;
beforeAll(async () => {
  server = await serveAnswers();
});
afterAll(() => server.close());

test('an entry has all four required fields', () => {
  expect(modelEntry({ id: 'mistral/small', created: 1_700_000_000, ownedBy: 'mistralai' })).toEqual({
    id: 'mistral/small',
    object: 'model',
    created: 1_700_000_000,
    owned_by: 'mistralai',
  });
});

test('what is unknown of a model is said as 0 and unknown, and a time is a whole number', () => {
  expect(modelEntry({ id: 'a' })).toEqual({ id: 'a', object: 'model', created: 0, owned_by: 'unknown' });
  expect(modelEntry({ id: 'a', created: 12.7 })['created']).toBe(12);
});

test('the client reads the listing in the order given', async () => {
  const listing = modelList([{ id: 'b' }, { id: 'a', created: 5, ownedBy: 'me' }]);
  server.answer = { contentType: 'application/json', pieces: [createOpenaiEncoder(makeCall('models')).value(listing)] };
  const page = await server.client.models.list();
  expect(page.data).toEqual([
    { id: 'b', object: 'model', created: 0, owned_by: 'unknown' },
    { id: 'a', object: 'model', created: 5, owned_by: 'me' },
  ]);
});

test('the client reads one model, whose id it encodes', async () => {
  const entry = modelEntry({ id: 'mistral/small', created: 5, ownedBy: 'me' });
  server.answer = { contentType: 'application/json', pieces: [createOpenaiEncoder(makeCall('models')).value(entry)] };
  expect(await server.client.models.retrieve('mistral/small')).toEqual(entry);
  expect(server.asked.at(-1)).toEqual({ method: 'GET', url: '/v1/models/mistral%2Fsmall', body: '' });
});
