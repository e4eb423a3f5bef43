import { isJsonObject, textBytes } from '@ai-proxy/core';
import type { NativeWatcher, Usage } from '@ai-proxy/core';
import { parseObject } from '../../chat/stream/frame-data.ts';
import { readFailure } from '../../native/chat-watcher.ts';
import type { EventVocabulary } from '../../native/event-watcher.ts';

/** The events of OpenAI's responses. */
export const responsesEvents: EventVocabulary = {
  commits: (type) => type.endsWith('.delta'),
  done: new Set(['response.completed', 'response.incomplete']),
  errors: new Set(['error', 'response.failed']),
};

/** The events of Anthropic's messages. */
export const messagesEvents: EventVocabulary = {
  commits: (type) => type === 'content_block_delta',
  beginnings: new Set(['message_start']),
  done: new Set(['message_stop']),
  errors: new Set(['error']),
};

/** Watches llama-server's own stream of fill-in-the-middle: `content` in every event, `stop: true` in the last. */
export function createInfillWatcher(): NativeWatcher {
  let committed = false;
  let done = false;
  let bytes = 0;
  return {
    see(frame) {
      const event = parseObject(frame.data);
      const failure = readFailure(frame, event);
      if (failure !== undefined) return { failure };
      if (event === undefined) return {};
      if (event['stop'] === true) done = true;
      const commits = !committed && typeof event['content'] === 'string' && event['content'] !== '';
      if (commits) committed = true;
      if (typeof event['content'] === 'string') bytes += textBytes(event['content']);
      const usage = readInfillUsage(event);
      return { ...(commits ? { commits } : {}), ...(done && usage !== undefined ? { usage } : {}) };
    },
    isDone: () => done,
    isComplete: () => done,
    outputBytes: () => bytes,
  };
}

/** What llama-server's own dialect says it consumed. */
export function readInfillUsage(body: unknown): Usage | undefined {
  if (!isJsonObject(body)) return undefined;
  const { tokens_evaluated: input, tokens_predicted: output } = body;
  const usage: Usage = {};
  if (typeof input === 'number') usage.inputTokens = input;
  if (typeof output === 'number') usage.outputTokens = output;
  return Object.keys(usage).length === 0 ? undefined : usage;
}
