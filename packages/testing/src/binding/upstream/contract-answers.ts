import type { JsonObject } from '@ai-proxy/core';
import { answerHead, chunk } from '../../raw/script.ts';
import type { Script, ScriptStep } from '../../raw/script.ts';

/** Scripts by method and path, such as `POST /v1/chat/completions`, or functions that make one of a request's bytes. */
export type Answers = Readonly<Record<string, Script | ((request: Uint8Array) => Script)>>;

/** An answer of known length. */
export function wholeAnswer(status: number, headers: Readonly<Record<string, string>>, body: string | Uint8Array): Script {
  const bytes = Buffer.from(body);
  return [['write', Buffer.concat([Buffer.from(answerHead(status, { ...headers, 'content-length': String(bytes.length) })), bytes])]];
}

/** An answer in JSON. */
export function jsonAnswer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Script {
  return wholeAnswer(status, { 'content-type': 'application/json', ...headers }, JSON.stringify(body));
}

/** The beginning of a stream. */
export function streamHead(contentType = 'text/event-stream'): ScriptStep {
  return ['write', answerHead(200, { 'content-type': contentType, 'transfer-encoding': 'chunked' })];
}

/** The end of a stream, by its framing. */
export const lastChunk: ScriptStep = ['write', chunk('')];

/** One piece of a stream, in a chunk of its own. */
export function piece(text: string): ScriptStep {
  return ['write', chunk(text)];
}

const opening = { id: 'answer-1', created: 1_700_000_000, model: 'anvil' };

/** An event of a chat: some content, or with nothing the finish. */
export function chatEvent(content?: string): string {
  const delta: JsonObject = content === undefined ? {} : { content };
  const choice = { index: 0, delta, finish_reason: content === undefined ? 'stop' : null };
  return `data: ${JSON.stringify({ ...opening, object: 'chat.completion.chunk', choices: [choice] })}\n\n`;
}

export const doneEvent = 'data: [DONE]\n\n';

/** The whole answer that the upstream gives to a chat. */
export const chatBody: JsonObject = {
  ...opening,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Grüße 🌍', refusal: null }, finish_reason: 'stop', logprobs: null }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
};

/** What the upstream answers unless a behaviour wants it otherwise. */
export const usualAnswers: Answers = {
  'POST /v1/chat/completions': jsonAnswer(200, chatBody),
  'GET /v1/models': jsonAnswer(200, { object: 'list', data: [{ id: 'anvil' }, { id: 'smith/anvil' }] }),
};

/** Chooses the script of a request by its first line, without the query. */
export function chooseAnswer(answers: Answers, request: Uint8Array): Script {
  const line =
    Buffer.from(request.buffer, request.byteOffset, Math.min(request.byteLength, 4096)).toString('latin1').split('\r\n', 1)[0] ?? '';
  const [method = '', target = ''] = line.split(' ');
  const answer = answers[`${method} ${target.split('?', 1)[0]}`];
  if (answer === undefined) return jsonAnswer(404, { error: { message: `the upstream has nothing at ${line}` } });
  return typeof answer === 'function' ? answer(request) : answer;
}
