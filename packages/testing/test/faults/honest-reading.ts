import { gunzipSync } from 'node:zlib';
import type { RawVerdict, Truth } from '../../src/index.ts';

/** What an honest reader of an answer may say of it. */
export type Reading = { readonly clean: true; readonly text: string; readonly calls: Truth['toolCalls'] } | { readonly clean: false };

interface Part {
  readonly id?: string;
  readonly index?: number;
  readonly function?: { readonly name?: string; readonly arguments?: string | object };
}
interface Message {
  readonly content?: string | null;
  readonly tool_calls?: readonly Part[] | null;
}
interface Body {
  readonly error?: unknown;
  readonly object?: string;
  readonly choices?: readonly {
    readonly index: number;
    readonly delta?: Message;
    readonly message?: Message;
    readonly finish_reason: string | null;
  }[];
}

/** Reads an answer as strictly as a caller may: everything that is not surely whole is an error. Only for tests: it holds all in memory. */
export function readHonestly(verdict: RawVerdict): Reading {
  if (verdict.ending !== 'complete' || verdict.status !== 200) return { clean: false };
  const bytes = verdict.headers['content-encoding'] === 'gzip' ? gunzipSync(verdict.body) : verdict.body;
  const text = new TextDecoder().decode(bytes);
  const type = verdict.headers['content-type'] ?? '';
  if (type.startsWith('text/event-stream')) return readStream(text);
  return type.startsWith('application/json') ? readWhole(text) : { clean: false };
}

function readStream(text: string): Reading {
  let content = '';
  let finished = false;
  let failed = false;
  const calls: { id: string | undefined; index: number | undefined; name: string; arguments: string }[] = [];
  for (const block of text.replaceAll('\r\n', '\n').split('\n\n')) {
    const lines = block.split('\n');
    if (lines.some((line) => line.startsWith('error:'))) failed = true;
    const data = lines
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice(5).trim())
      .join('\n');
    if (data === '') continue;
    if (data === '[DONE]') break;
    const body = parse(data);
    if (body === undefined || body.error !== undefined || body.object === 'error') failed = true;
    for (const choice of body?.choices ?? []) {
      content += choice.delta?.content ?? '';
      if (choice.finish_reason !== null) finished = true;
      for (const part of choice.delta?.tool_calls ?? []) addPart(calls, part);
    }
  }
  if (failed || !finished) return { clean: false };
  return { clean: true, text: content, calls: calls.map(({ name, arguments: given }) => ({ name, arguments: given })) };
}

function addPart(calls: { id: string | undefined; index: number | undefined; name: string; arguments: string }[], part: Part): void {
  const given = part.function?.arguments ?? '';
  const text = typeof given === 'string' ? given : JSON.stringify(given);
  const open = part.id === undefined && part.index !== undefined ? calls.find((call) => call.index === part.index) : undefined;
  if (open !== undefined) open.arguments += text;
  else calls.push({ id: part.id, index: part.index, name: part.function?.name ?? '', arguments: text });
}

function readWhole(text: string): Reading {
  const message = parse(text)?.choices?.[0]?.message;
  if (message === undefined) return { clean: false };
  const calls: { id: string | undefined; index: number | undefined; name: string; arguments: string }[] = [];
  for (const part of message.tool_calls ?? []) addPart(calls, part);
  return { clean: true, text: message.content ?? '', calls: calls.map(({ name, arguments: given }) => ({ name, arguments: given })) };
}

function parse(text: string): Body | undefined {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return undefined;
  }
}
