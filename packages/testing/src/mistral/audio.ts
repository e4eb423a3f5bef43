import { hexId } from '../content/identifiers.ts';
import { countTokens } from '../content/tokens.ts';
import { textOf } from '../json/json-object.ts';
import { json } from '../server/answer.ts';
import type { Answer } from '../server/answer.ts';
import { parseMultipart, partText } from '../server/multipart.ts';
import type { Served, ServedRequest } from '../server/served-request.ts';
import { flag, freeObject, may, need, oneOf, open, orNull, text } from '../validation/shape.ts';
import { detail, invalidModel, refuseDetail } from './errors.ts';
import type { Inference } from './inference.ts';
import { findModel } from './models.ts';
import { isVoice } from './voices.ts';
import type { MistralState } from './state.ts';

/** `POST /v1/audio/speech`: JSON with base64 in it, not bytes. */
export const speech: Inference = {
  schema: open({
    input: need(text),
    model: may(orNull(text)),
    voice_id: may(orNull(text)),
    ref_audio: may(orNull(text)),
    response_format: may(oneOf('pcm', 'wav', 'mp3', 'flac', 'opus')),
    stream: may(flag),
    metadata: may(orNull(freeObject)),
    prompt_cache_key: may(orNull(text)),
  }),
  serves: (model) => model.capabilities.includes('audio_speech'),
  defaultModel: 'voxtral-mini-tts-latest',
  answer({ body, state }) {
    const voice = textOf(body.voice_id ?? undefined);
    if (voice !== undefined && !isVoice(voice, state)) return detail(404, 'Voice not found');
    const spoken = textOf(body.input) ?? '';
    const audio = Buffer.from(`simulated ${textOf(body.response_format) ?? 'mp3'}: ${spoken}`);
    if (body.stream !== true) return json(200, { audio_data: audio.toString('base64') });
    const tokens = countTokens(spoken);
    const usage = { prompt_tokens: tokens, completion_tokens: tokens, total_tokens: 2 * tokens };
    const pieces = Array.from({ length: Math.ceil(audio.length / 12) }, (_, index) => audio.subarray(index * 12, index * 12 + 12));
    const deltas = pieces.map((piece) => named('speech.audio.delta', { audio_data: piece.toString('base64') }));
    return { kind: 'stream', status: 200, events: [...deltas, named('speech.audio.done', { usage })] };
  },
};

/** `POST /v1/audio/transcriptions`. The simulated words are the name, the address or the id of what was sent. */
export function serveTranscription(request: ServedRequest, state: MistralState): Served {
  const parts = parseMultipart(request.headers['content-type'] ?? '', request.body) ?? [];
  const field = (name: string): string | undefined => partText(parts, name);
  const model = field('model');
  const answer =
    model === undefined ? missing('model') : transcribe(request, state, model, field, parts.find((part) => part.name === 'file')?.filename);
  return { answer, inference: true, ...(model === undefined ? {} : { model }) };
}

function transcribe(
  request: ServedRequest,
  state: MistralState,
  model: string,
  field: (name: string) => string | undefined,
  filename: string | undefined,
): Answer {
  if (findModel(state.models, model)?.capabilities.includes('audio_transcription') !== true) return invalidModel(model);
  const fileId = field('file_id');
  if (fileId !== undefined && !state.files.has(fileId)) return detail(404, 'No file matches the given query.');
  const source = filename ?? (field('file') === undefined ? (field('file_url') ?? fileId) : 'unnamed audio');
  if (source === undefined) return missing('file');
  const words = `This is the simulated transcript of ${source}`;
  const language = field('language') ?? 'en';
  const segments = [{ type: 'transcription_segment', text: words, start: 0, end: 2.5 }];
  const tokens = countTokens(words);
  const usage = { prompt_audio_seconds: 3, prompt_tokens: 4, completion_tokens: tokens, total_tokens: 4 + tokens };
  const whole = { model, text: words, language, segments: field('timestamp_granularities') === undefined ? [] : segments, usage };
  if (field('stream') !== 'true') return json(200, whole, { 'x-request-id': hexId(`transcription ${request.index}`) });
  const events = [
    named('transcription.language', { audio_language: language }),
    ...words.split(/(?<= )/u).map((piece) => ({ ...named('transcription.text.delta', { text: piece }), tokens: 1 })),
    ...whole.segments.map((segment) => named('transcription.segment', { ...segment, type: 'transcription.segment' })),
    named('transcription.done', whole),
  ];
  return { kind: 'stream', status: 200, events };
}

/** An event whose name stands in its data too. */
function named(type: string, data: Record<string, unknown>): { readonly event: string; readonly data: string } {
  return { event: type, data: JSON.stringify({ type, ...data, ...(type.startsWith('transcription.segment') ? { type } : {}) }) };
}

function missing(name: string): Answer {
  return refuseDetail([{ type: 'missing', loc: ['body', name], msg: 'Field required', input: null }]);
}
