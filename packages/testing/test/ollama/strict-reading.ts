import { gunzipSync } from 'node:zlib';
import type { RawVerdict, Truth } from '../../src/index.ts';

/** What a strict reader of an answer may say of it. */
export type Reading =
  | { readonly clean: true; readonly text: string; readonly thinking: string; readonly calls: Truth['toolCalls']; readonly tokens: number }
  | { readonly clean: false };

export interface Line {
  readonly error?: unknown;
  readonly created_at?: string;
  readonly message?: { readonly content?: string; readonly thinking?: string; readonly tool_calls?: readonly Call[] };
  readonly response?: string;
  readonly thinking?: string;
  readonly done?: boolean;
  readonly done_reason?: string;
  readonly eval_count?: number;
  readonly [name: string]: unknown;
}

export interface Call {
  readonly id?: string;
  readonly function: { readonly index?: number; readonly name: string; readonly arguments: unknown };
}

/** Reads an answer of chat or generate: what is not surely whole is an error. Only for tests: it holds all in memory. */
export function readStrictly(verdict: RawVerdict): Reading {
  if (verdict.ending !== 'complete' || verdict.status !== 200) return { clean: false };
  const bytes = verdict.headers['content-encoding'] === 'gzip' ? gunzipSync(verdict.body) : verdict.body;
  const text = new TextDecoder('utf-8').decode(bytes);
  const type = (verdict.headers['content-type'] ?? '').split(';', 1)[0];
  if (type === 'application/json') return add([parse(text)]);
  return type === 'application/x-ndjson' ? add(linesOf(text)) : { clean: false };
}

/** The lines of a body, cut at line feeds and nowhere else. */
export function linesOf(text: string): (Line | undefined)[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(parse);
}

function add(lines: readonly (Line | undefined)[]): Reading {
  let content = '';
  let thinking = '';
  const calls: { name: string; arguments: string }[] = [];
  for (const line of lines) {
    if (line === undefined || line.error !== undefined) return { clean: false };
    content += line.message?.content ?? line.response ?? '';
    thinking += line.message?.thinking ?? line.thinking ?? '';
    for (const { function: called } of line.message?.tool_calls ?? []) {
      const given = called.arguments;
      calls.push({ name: called.name, arguments: typeof given === 'string' ? given : JSON.stringify(given) });
    }
    if (line.done === true) return { clean: true, text: content, thinking, calls, tokens: line.eval_count ?? 0 };
  }
  return { clean: false };
}

function parse(text: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Line) : undefined;
  } catch {
    return undefined;
  }
}
