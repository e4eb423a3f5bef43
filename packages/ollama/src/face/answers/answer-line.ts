import type { JsonObject } from '@ai-proxy/core';
import { toArgumentsJson } from './arguments-json.ts';
import type { WholeCall } from './tool-call-collector.ts';

/** Which of Ollama's two routes an answer is for: they say the same in different places. */
export type AnswerForm = 'chat' | 'generate';

/** What one line says. */
export interface LineContent {
  readonly text: string;
  readonly thinking: string;
  readonly calls: readonly WholeCall[];
  readonly logprobs: readonly JsonObject[];
}

/**
 * One line of an answer, without its line end, or a whole answer: the last line is one with an ending. Written as text, because the
 * arguments of calls stay as the model wrote them.
 */
export function writeAnswer(form: AnswerForm, model: string, createdAt: string, content: LineContent, ending?: JsonObject): string {
  const { text, thinking, calls, logprobs } = content;
  const beside =
    (thinking === '' ? '' : `,"thinking":${JSON.stringify(thinking)}`) +
    (calls.length === 0 ? '' : `,"tool_calls":[${calls.map(writeCall).join(',')}]`);
  const said =
    form === 'chat'
      ? `"message":{"role":"assistant","content":${JSON.stringify(text)}${beside}}`
      : `"response":${JSON.stringify(text)}${beside}`;
  const measured = logprobs.length === 0 ? '' : `,"logprobs":${JSON.stringify(logprobs)}`;
  const end = ending === undefined ? '"done":false' : JSON.stringify({ done: true, ...ending }).slice(1, -1);
  return `{"model":${JSON.stringify(model)},"created_at":"${createdAt}",${said}${measured},${end}}`;
}

function writeCall({ id, name, arguments: written }: WholeCall, index: number): string {
  const named = id === '' ? '' : `"id":${JSON.stringify(id)},`;
  return `{${named}"function":{"index":${index},"name":${JSON.stringify(name)},"arguments":${toArgumentsJson(written)}}}`;
}
