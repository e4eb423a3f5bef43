import { APIError } from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openaiErrorBody } from '../../../src/faces/openai/error-body.ts';
import { openaiFace } from '../../../src/faces/openai/openai-face.ts';
import { ProxyError } from '../../../src/index.ts';
import { serveAnswers } from './serve-answer.ts';
import type { AnswerServer } from './serve-answer.ts';

let server: AnswerServer;
beforeAll(async () => {
  server = await serveAnswers();
});
afterAll(() => server.close());

test('all four keys are there, null where nothing is known', () => {
  expect(openaiErrorBody(new ProxyError('No.', { status: 400, code: null }))).toEqual({
    error: { message: 'No.', type: 'invalid_request_error', param: null, code: null },
  });
});

test('nothing of the cause or of the provider’s answer is in the body', () => {
  const error = new ProxyError('No.', {
    status: 502,
    code: 'provider_error',
    cause: new Error('secret'),
    upstream: { status: 500, headers: { 'x-secret': 'secret' }, bytes: new TextEncoder().encode('secret') },
  });
  expect(JSON.stringify(openaiErrorBody(error))).not.toContain('secret');
});

test.each([
  [400, 'invalid_parameter', 'messages[2].role', 'invalid_request_error'],
  [401, 'credential_missing', null, 'authentication_error'],
  [403, 'route_closed', null, 'permission_error'],
  [404, 'model_not_found', 'model', 'not_found_error'],
  [429, 'rate_limited', null, 'rate_limit_error'],
  [502, 'upstream_reset', null, 'api_error'],
  [504, 'timeout_total', null, 'timeout_error'],
] as const)('the client reads an error of status %i with its code, field and type', async (status, code, param, type) => {
  const error = new ProxyError('What to do next.', { status, code, param });
  server.answer = { status, contentType: 'application/json', pieces: [JSON.stringify(openaiFace.errorBody(error))] };
  const failure = await server.client.models.list().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(failure).toBeInstanceOf(APIError);
  expect(failure).toMatchObject({ status, code, param, type, message: `${status} What to do next.` });
});
