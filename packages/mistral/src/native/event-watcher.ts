import { bytesOfTexts, isJsonObject } from '@ai-proxy/core';
import type { JsonObject, NativeSight, NativeWatcher, Usage } from '@ai-proxy/core';
import { parseObject } from '../chat/stream/frame-data.ts';
import { readErrorBody } from '../errors/error-body.ts';
import { readFailure } from './chat-watcher.ts';
import { readUsageObject } from './usage.ts';

/** What the events of one kind of stream mean, by their type. */
export interface EventVocabulary {
  /** Output: from here on no other target can take over. */
  commits(type: string, event: JsonObject): boolean;
  /** The stream's own end. */
  readonly done: ReadonlySet<string>;
  /** Events whose usage is from before the first word, so that what it says of the output is not yet true. */
  readonly beginnings?: ReadonlySet<string>;
  /** Reports of a failure. */
  readonly errors: ReadonlySet<string>;
}

/** Watches streams of typed events, which have no `[DONE]`: the end is an event of its own. `atEnd` is what the end says without words. */
export function createEventWatcher(vocabulary: EventVocabulary, atEnd?: Usage): NativeWatcher {
  let done = false;
  let bytes = 0;
  let committed = false;
  return {
    see(frame): NativeSight {
      const event = parseObject(frame.data);
      const type = typeof event?.['type'] === 'string' ? event['type'] : (frame.event ?? '');
      if (event !== undefined && vocabulary.errors.has(type))
        return { failure: { message: readErrorBody(event, 502).message, body: event } };
      const failure = carriesMessage(event) ? undefined : readFailure(frame, event);
      if (failure !== undefined) return { failure };
      if (event === undefined) return {};
      const ends = vocabulary.done.has(type);
      if (ends) done = true;
      const isOutput = vocabulary.commits(type, event);
      const commits = isOutput && !committed;
      if (commits) committed = true;
      if (isOutput) bytes += bytesOfTexts(event);
      const stated = readUsageObject(event['usage']) ?? readUsageObject(responseUsage(event));
      if (stated && vocabulary.beginnings?.has(type) === true) delete stated.outputTokens;
      const usage = ends && atEnd ? { ...stated, ...atEnd } : stated;
      const model = (commits || ends) && typeof event['model'] === 'string' ? { model: event['model'] } : undefined;
      return { ...(commits ? { commits: true } : {}), ...(usage === undefined ? {} : { usage }), ...model };
    },
    isDone: () => done,
    isComplete: () => done,
    outputBytes: () => bytes,
  };
}

/** Whether an event brings a message of the conversation, which has nothing to do with the message of an error. */
function carriesMessage(event: JsonObject | undefined): boolean {
  return event?.['object'] !== 'error' && isJsonObject(event?.['message']);
}

function responseUsage(event: JsonObject): JsonObject['usage'] {
  const holder = event['response'] ?? event['message'];
  return isJsonObject(holder) ? holder['usage'] : undefined;
}

/** The events of Mistral's conversations. */
export const conversationEvents: EventVocabulary = {
  commits(type, event) {
    switch (type) {
      case 'message.output.delta': {
        const content = event['content'];
        return typeof content === 'string' ? content !== '' : content !== undefined && content !== null;
      }
      case 'function.call.delta':
      case 'tool.execution.started':
      case 'tool.execution.delta':
      case 'tool.execution.done':
      case 'agent.handoff.started':
      case 'agent.handoff.done':
        return true;
      default:
        return false;
    }
  },
  done: new Set(['conversation.response.done']),
  errors: new Set(['conversation.response.error']),
};

/** The events of Mistral's transcriptions. */
export const transcriptionEvents: EventVocabulary = {
  commits: (type) => type === 'transcription.text.delta',
  done: new Set(['transcription.done']),
  errors: new Set(['error', 'transcription.error']),
};

/** The events of Mistral's text to speech. */
export const speechEvents: EventVocabulary = {
  commits: (type) => type === 'speech.audio.delta',
  done: new Set(['speech.audio.done']),
  errors: new Set(['error', 'speech.audio.error']),
};
