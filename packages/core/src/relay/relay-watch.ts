import type { Call } from '../call/call.ts';
import { createGathering } from '../body/gathering.ts';
import { createFrameReader } from '../framing/create-frame-reader.ts';
import { headerValue } from '../http/headers.ts';
import type { HttpHeaders } from '../http/headers.ts';
import { isJsonObject } from '../json/json.ts';
import type { NativeSurface } from '../provider/native-surface.ts';

/** Reads the bytes of a relayed answer for what the call consumed. It changes none, delays none, and never throws. */
export interface RelayWatch {
  begin(status: number, headers: HttpHeaders): void;
  see(chunk: Uint8Array): void;
  /** The whole answer has passed. */
  end(): void;
}

/** The most that is kept of an answer, or of one event of it; what is larger passes unread. */
const mostBytes = 1024 * 1024;

interface AnswerReader {
  /** Says whether it wants more. */
  see(chunk: Uint8Array): boolean;
  end(): void;
}

export function createRelayWatch(call: Call, surface: NativeSurface): RelayWatch {
  let reader: AnswerReader | undefined;
  // What the provider says of itself is no reason to break its answer.
  const guarded = (read: (reader: AnswerReader) => boolean): void => {
    if (!reader) return;
    try {
      if (!read(reader)) reader = undefined;
    } catch {
      reader = undefined;
    }
  };
  return {
    begin(status, headers) {
      if (status < 200 || status > 299 || headerValue(headers, 'content-encoding') !== undefined) return;
      const type = headerValue(headers, 'content-type') ?? '';
      if (/^application\/json\b/i.test(type)) reader = jsonReader(call, surface);
      else if (/^text\/event-stream\b/i.test(type)) reader = eventReader(call, surface);
    },
    see: (chunk) => guarded((one) => one.see(chunk)),
    end: () =>
      guarded((one) => {
        one.end();
        return false;
      }),
  };
}

function jsonReader(call: Call, surface: NativeSurface): AnswerReader {
  const gathering = createGathering();
  return {
    see(chunk) {
      if (gathering.size + chunk.byteLength > mostBytes) return false;
      gathering.add(chunk);
      return true;
    },
    end() {
      const body: unknown = JSON.parse(new TextDecoder().decode(gathering.whole()));
      const usage = surface.readUsage(call.operation, body, call.input);
      if (!usage) return;
      call.receipt.usage = usage;
      noteModel(call, body);
    },
  };
}

function eventReader(call: Call, surface: NativeSurface): AnswerReader {
  const frames = createFrameReader('sse', { maxFrameBytes: mostBytes });
  const watcher = surface.createWatcher(call.operation, call.input);
  return {
    see(chunk) {
      for (const frame of frames.push(chunk)?.frames ?? []) {
        const { usage, failure } = watcher.see(frame);
        if (failure) return false;
        if (!usage) continue;
        call.receipt.usage = { ...call.receipt.usage, ...usage };
        noteModel(call, JSON.parse(frame.data));
      }
      return true;
    },
    end: () => undefined,
  };
}

/** A form does not tell its model before it has been taken apart, which nobody does here; its answer does. */
function noteModel(call: Call, body: unknown): void {
  const provider = call.native?.provider;
  if (!provider || call.model !== undefined || !isJsonObject(body)) return;
  const { model } = body;
  if (typeof model === 'string' && model.length <= 256) call.receipt.serving({ provider, model, modelInfo: undefined });
}
