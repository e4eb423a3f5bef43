import { answerHead, chunk, startScriptedUpstream } from '@ai-proxy/testing';
import type { Script, ScriptedUpstream, ScriptStep } from '@ai-proxy/testing';

/** The beginning of a streamed answer of Mistral's. */
export const streamHead: ScriptStep = ['write', answerHead(200, { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked' })];

/** One event of it: some content, or with nothing the end. */
export function event(content?: string): ScriptStep {
  const choice = { index: 0, delta: content === undefined ? {} : { content }, finish_reason: content === undefined ? 'stop' : null };
  const data = {
    id: 'answer-1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'mistral-small-latest',
    choices: [choice],
  };
  return ['write', chunk(`data: ${JSON.stringify(data)}\n\n`)];
}

/** The end of it. */
export const streamEnd: Script = [event(), ['write', chunk('data: [DONE]\n\n')], ['write', chunk('')]];

/** An upstream that plays whatever it was told last. */
export interface Upstream extends ScriptedUpstream {
  play(script: Script): void;
}

export async function startUpstream(): Promise<Upstream> {
  let current: Script = [['hang']];
  const upstream = await startScriptedUpstream(() => current);
  return Object.assign(upstream, {
    play(script: Script) {
      current = script;
    },
  });
}
