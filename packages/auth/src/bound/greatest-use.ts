import { isJsonObject } from '@ai-proxy/core';
import type { Call, JsonObject, JsonValue, Target, Usage } from '@ai-proxy/core';
import { batchUse } from './batch-use.ts';
import { pagesAskedFor } from './pages-asked-for.ts';

/** The most that one call of an operation can use, by the operator's word. */
export type Bounds = Readonly<Record<string, Usage & { /** In US dollars, whatever it uses. */ readonly dollars?: number }>>;

/** The most that a call may use; nothing where nobody has bounded it. */
export interface GreatestUse {
  readonly usage: Usage;
  /** In US dollars, where the operator has said so. */
  readonly dollars?: number;
}

/** Operations that use a model where they begin with something, and otherwise only keep it. */
const keeping: ReadonlySet<string> = new Set(['agents', 'batch', 'conversations', 'fine_tuning']);
const startsWork = /\/jobs(?:\/:id\/start)?$/;
/** Operations that use no model: keeping and listing things. */
const freeOperations: ReadonlySet<string> = new Set(['models', 'files', 'libraries', 'voices', 'show', 'tags', 'ps', 'version']);
/** Operations that read what the request holds, and write text. */
const writing: ReadonlySet<string> = new Set(['chat', 'completions', 'fim', 'agents', 'generate']);
/** Whether what a caller sends in `max_tokens` bounds it. */
export const writesText = (operation: string): boolean => writing.has(operation);

/** Operations that only read what the request holds. */
const reading: ReadonlySet<string> = new Set(['embeddings', 'embed', 'moderations', 'classifications']);

/** Whether a call can cost anything. */
export function isFree({ operation, native, headers, dialect }: Call): boolean {
  if (freeOperations.has(operation)) return true;
  if (dialect === 'opaque' && native && keeping.has(operation) && !startsWork.test(native.route.path)) return true;
  // What is only looked at or deleted costs nothing; a WebSocket begins as a GET.
  return (
    dialect === 'opaque' &&
    (native?.method === 'GET' || native?.method === 'HEAD' || native?.method === 'DELETE') &&
    headers['upgrade'] === undefined
  );
}

export interface UseOptions {
  readonly bounds: Bounds;
  /** Tokens of a picture or another file in a request, at most. */
  readonly mediaTokens: number;
}

/** What tells how much is asked for. */
export type AskedUse = Pick<Call, 'operation' | 'input' | 'native'>;

/**
 * How much a call can use at one target. A token is a byte at least, so that the bytes of a request bound its tokens; what it writes is bounded by what it
 * asks for, and else by the window of the model.
 */
export function greatestUse(
  call: AskedUse,
  { modelInfo, ...target }: Target,
  { bounds, mediaTokens }: UseOptions,
): GreatestUse | undefined {
  const { dollars, ...given } = bounds[call.operation] ?? {};
  const own = dollars === undefined ? undefined : { usage: given, dollars };
  if (own) return own;
  if (call.operation === 'batch') {
    // Bounds of other operations are written into their requests, and not into those of a job.
    const usage = batchUse(
      call.input,
      (operation, input) =>
        greatestUse({ operation, input, native: undefined }, { modelInfo, ...target }, { bounds: {}, mediaTokens })?.usage,
    );
    if (usage) return { usage };
  }
  const window = modelInfo?.contextLength;
  const inputTokens = bytesOf(call) + mediaTokens * mediaIn(call.input);
  if (writesText(call.operation)) {
    const each = outputLimit(call) ?? given.outputTokens ?? window;
    return each === undefined
      ? undefined
      : { usage: { ...given, inputTokens: Math.min(inputTokens, window ?? Infinity), outputTokens: each * choicesOf(call.input) } };
  }
  if (reading.has(call.operation)) return { usage: { items: itemsIn(call.input['input']), ...given, inputTokens } };
  if (call.operation === 'speech' && typeof call.input['input'] === 'string') {
    return { usage: { ...given, characters: call.input['input'].length, inputTokens } };
  }
  const pages = call.operation === 'ocr' ? pagesAskedFor(call.input) : undefined;
  if (pages !== undefined) {
    return { usage: { ...given, pages, annotatedPages: isAnnotated(call.input) ? pages : 0 } };
  }
  if (call.operation === 'ocr' && given.pages !== undefined) {
    return { usage: { ...given, annotatedPages: given.annotatedPages ?? (isAnnotated(call.input) ? given.pages : 0) } };
  }
  return Object.keys(given).length === 0 ? undefined : { usage: given };
}

/** The tokens of an answer, as far as the request bounds them. */
export function outputLimit({ input, native }: AskedUse): number | undefined {
  const options = input['options'];
  const said =
    native && isOllama(native.provider.system)
      ? [isJsonObject(options) ? options['num_predict'] : undefined]
      : [input['max_completion_tokens'], input['max_tokens']];
  return said.find((value): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value > 0);
}

/** Writes a limit of the answer's tokens into a request that has none, so that what was reserved is not exceeded. */
export function limitOutput(call: Call, tokens: number): void {
  if (!writesText(call.operation) || outputLimit(call) !== undefined) return;
  if (call.native && isOllama(call.native.provider.system)) {
    const { options } = call.input;
    call.input = { ...call.input, options: { ...(isJsonObject(options) ? options : {}), num_predict: tokens } };
    return;
  }
  const { max_completion_tokens: _none, ...input } = call.input;
  call.input = { ...input, max_tokens: tokens };
}

const isOllama = (system: string): boolean => system === 'ollama';

const encoder = new TextEncoder();

/** Those that came, where nobody has changed them. */
function bytesOf({ input, native }: AskedUse): number {
  if (native?.bytes && native.readAs === input) return native.bytes.byteLength;
  return encoder.encode(JSON.stringify(input)).byteLength;
}

function choicesOf({ n, best_of: best }: JsonObject): number {
  return Math.max(1, ...[n, best].filter((value): value is number => typeof value === 'number' && Number.isSafeInteger(value)));
}

const itemsIn = (input: JsonValue | undefined): number => (Array.isArray(input) ? input.length : 1);

const isAnnotated = (input: JsonObject): boolean =>
  isJsonObject(input['document_annotation_format']) || isJsonObject(input['bbox_annotation_format']);

const mediaTypes: ReadonlySet<unknown> = new Set(['image_url', 'input_audio', 'document_url', 'file', 'video_url']);

/** Pictures and other files in messages: few bytes of them can be many tokens. */
function mediaIn(value: JsonValue | undefined): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + mediaIn(one), 0);
  if (!isJsonObject(value)) return 0;
  const images = Array.isArray(value['images']) ? value['images'].length : 0;
  const own = mediaTypes.has(value['type']) ? 1 : images;
  return own + mediaIn(value['messages']) + mediaIn(value['content']) + mediaIn(value['input']);
}
