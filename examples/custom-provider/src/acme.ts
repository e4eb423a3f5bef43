import { defineProvider, isJsonObject, ProxyError } from '@ai-proxy/core';
import type { ApiKey, ErrorAnswer, JsonObject, JsonValue, Provider, ProviderCall, ProviderFailure, StreamDecoder } from '@ai-proxy/core';

export interface AcmeOptions {
  readonly baseURL?: string;
  readonly apiKey?: ApiKey;
}

// #region provider
/** Acme's API as a provider: other words for everything, named events, and a key in a header of its own. */
export function acme(options: AcmeOptions = {}): Provider {
  return defineProvider({
    name: 'acme',
    system: 'acme',
    baseURL: options.baseURL ?? 'https://api.acme.example.com',
    apiKey: options.apiKey ?? (() => process.env['ACME_API_KEY'] ?? ''),
    authorize: (key) => ({ 'acme-key': key }),
    operations: {
      chat: {
        request: (input, call) => ({ path: '/talk', body: toTalk(input, call) }),
        response: fromTalk,
        stream: { framing: 'sse', createDecoder: createTalkDecoder },
      },
    },
    models: { path: '/engines', read: (body) => objectsIn(body, 'engines').map(({ engine }) => ({ id: textOf(engine) })) },
    error: toFailure,
  });
}
// #endregion

// #region request
/** OpenAI's fields, and the people who speak, by Acme's names. Whatever is not here has no counterpart, and the caller is told so. */
const fields = new Map(Object.entries({ temperature: 'heat', max_tokens: 'longest', max_completion_tokens: 'longest', stop: 'until' }));
const speakers = new Map(Object.entries({ system: 'director', developer: 'director', user: 'person', assistant: 'machine' }));

function toTalk(input: JsonObject, call: ProviderCall): JsonObject {
  const body: JsonObject = { engine: call.model, turns: objectsIn(input, 'messages').map((message) => toTurn(message, call)) };
  if (call.stream) body['live'] = true;
  for (const [field, value] of Object.entries(input)) {
    if (value === null || ['model', 'messages', 'stream', 'stream_options'].includes(field)) continue;
    const name = fields.get(field);
    if (name === undefined) call.drop(field, 'Acme has nothing like it');
    else body[name] = value;
  }
  return body;
}

function toTurn({ role, content, ...rest }: JsonObject, call: ProviderCall): JsonObject {
  for (const field of Object.keys(rest)) call.drop(`messages.${field}`, 'Acme has nothing like it');
  const parts = Array.isArray(content) ? content : [{ type: 'text', text: content ?? '' }];
  const words = parts.map((part) => (isJsonObject(part) && part['type'] === 'text' ? textOf(part['text']) : undefined));
  const by = speakers.get(textOf(role));
  if (by !== undefined && !words.includes(undefined)) return { by, words: words.join('\n') };
  const message = `Acme reads texts of ${[...speakers.keys()].join(', ')} only`;
  throw new ProxyError(message, { status: 400, code: 'unsupported_parameter', param: 'messages', source: 'caller' });
}
// #endregion

/** Why Acme ends, in OpenAI's words. */
const reasons = new Map(Object.entries({ finished: 'stop', 'too long': 'length', withheld: 'content_filter' }));

function fromTalk(body: unknown, call: ProviderCall): JsonObject {
  const reply = isJsonObject(body) ? body['reply'] : undefined;
  if (!isJsonObject(body) || !isJsonObject(reply)) throw new ProxyError('Acme gave no reply.', { status: 502, code: 'upstream_garbage' });
  const message = { role: 'assistant', content: textOf(reply['words']), refusal: null };
  const choices = [{ index: 0, message, finish_reason: reasons.get(textOf(body['why'])) ?? 'stop', logprobs: null }];
  return { ...headOf(body, call), object: 'chat.completion', choices, usage: toUsage(body['meter']) };
}

// #region decoder
/** Acme's events: `begun`, `words` as often as it likes, then `ended` or `trouble`. Only `ended` makes an answer complete. */
function createTalkDecoder(call: ProviderCall): StreamDecoder {
  let head = headOf({}, call);
  let done = false;
  const chunk = (choices: JsonObject[]): JsonObject => ({ ...head, object: 'chat.completion.chunk', choices });
  const said = (delta: JsonObject): JsonObject => chunk([{ index: 0, delta, finish_reason: null }]);
  return {
    get done() {
      return done;
    },
    decode({ event, data }) {
      const body = parseObject(data);
      if (body === undefined) return [];
      switch (event) {
        case 'begun':
          head = headOf(body, call);
          return [said({ role: 'assistant', content: '' })];
        case 'words':
          return [said({ content: textOf(body['words']) })];
        case 'trouble': {
          const { message, code = null } = toFailure({ status: 502, headers: {}, body });
          throw new ProxyError(message, { status: 502, code, source: 'provider' });
        }
        case 'ended': {
          done = true;
          const finish = { index: 0, delta: {}, finish_reason: reasons.get(textOf(body['why'])) ?? 'stop' };
          return [chunk([finish]), { ...chunk([]), usage: toUsage(body['meter']) }];
        }
        default:
          return [];
      }
    },
    end: () => ({ chunks: [], complete: done }),
  };
}
// #endregion

/** Acme's errors: `{"problem": {"text", "kind", "field"}}`. By 420 it says that it is busy. */
function toFailure({ status, body }: ErrorAnswer): ProviderFailure {
  const problem = isJsonObject(body) && isJsonObject(body['problem']) ? body['problem'] : {};
  return {
    message: textOf(problem['text']) || `Acme answered with HTTP ${status}.`,
    code: textOf(problem['kind']) || null,
    param: textOf(problem['field']) || null,
    ...(status === 420 ? { status: 429, retryable: true } : {}),
  };
}

function headOf({ ref, made }: JsonObject, call: ProviderCall): JsonObject {
  return { id: textOf(ref) || call.id, created: typeof made === 'number' ? Math.floor(made / 1000) : call.now(), model: call.model };
}

function toUsage(meter: JsonValue | undefined): JsonObject {
  const { read, written } = isJsonObject(meter) ? meter : {};
  const [input, output] = [Number(read ?? 0), Number(written ?? 0)];
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');

function objectsIn(body: unknown, field: string): JsonObject[] {
  const list = isJsonObject(body) ? body[field] : undefined;
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

function parseObject(data: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
