import { createGathering } from '../body/gathering.ts';
import type { Call } from '../call/call.ts';
import type { Usage } from '../receipt/usage.ts';
import { createFrameReader } from '../framing/create-frame-reader.ts';
import type { Frame } from '../framing/frame.ts';
import { headerValue } from '../http/headers.ts';
import type { HttpHeaders } from '../http/headers.ts';
import { isJsonObject } from '../json/json.ts';
import type { BatchResult, NativeSurface } from '../provider/native-surface.ts';
import { addUsage } from '../metering/add-usage.ts';
import { noteModel } from '../metering/note-model.ts';
import { isFirstTime } from './accounted-batches.ts';

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
      // 206 is a part, and parts may come twice.
      if (status !== 200 || headerValue(headers, 'content-encoding') !== undefined) return;
      const type = headerValue(headers, 'content-type') ?? '';
      if (/^application\/json\b/i.test(type)) reader = jsonReader(call, surface);
      else if (/^text\/event-stream\b/i.test(type)) reader = eventReader(call, surface);
      else if (surface.readBatchResults && /^application\/(?:octet-stream|x-ndjson|ndjson|jsonl|x-jsonlines)\b/i.test(type)) {
        reader = resultsReader(call, surface);
      }
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
      const results = surface.readBatchResults?.(body) ?? [];
      if (results.length > 0) {
        const batch = batchAccount(call);
        for (const result of results) batch.add(result);
        batch.settle();
        return;
      }
      const usage = surface.readUsage(call.operation, body, call.input);
      if (!usage) return;
      call.receipt.usage = usage;
      noteModel(call, surface.readModel ? surface.readModel(call.operation, body) : modelOf(body));
    },
  };
}

/** Files are anything: one that does not begin as an object does is no list of results. */
function resultsReader(call: Call, surface: NativeSurface): AnswerReader {
  const lines = createFrameReader('ndjson', { maxFrameBytes: mostBytes });
  const batch = batchAccount(call);
  let isSure = false;
  const read = ({ data }: Frame): void => {
    for (const result of surface.readBatchResults?.(JSON.parse(data)) ?? []) batch.add(result);
  };
  return {
    see(chunk) {
      if (!isSure && chunk.byteLength > 0 && chunk[0] !== openingBrace) return false;
      isSure ||= chunk.byteLength > 0;
      lines.push(chunk)?.frames.forEach(read);
      return true;
    },
    end() {
      lines.end().batch?.frames.forEach(read);
      batch.settle();
    },
  };
}

const openingBrace = 0x7b;

/** The sum of a batch's results. It counts once it is whole: what breaks off is fetched again. */
function batchAccount(call: Call): { add(result: BatchResult): void; settle(): void } {
  const sum: Usage = {};
  let first: string | undefined;
  return {
    add({ id, usage }) {
      first ??= id;
      if (usage) addUsage(sum, usage);
    },
    settle() {
      const provider = call.native?.provider;
      if (provider && first !== undefined && Object.keys(sum).length > 0 && isFirstTime(provider, first)) call.receipt.usage = sum;
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
        noteModel(call, modelOf(JSON.parse(frame.data)));
      }
      return true;
    },
    end: () => undefined,
  };
}

const modelOf = (body: unknown): unknown => (isJsonObject(body) ? body.model : undefined);
