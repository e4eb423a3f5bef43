import { streamPieces, usage } from './upstream-answers.ts';

/** The text of Ollama's stream, in the pieces in which its lines bring it: one for each line before the last. */
export const ollamaPieces: readonly string[] = [...streamPieces, 'Good night!'];

const line = (at: number, content: string, more: object): string => {
  const created_at = `2026-03-14T20:15:07.${String(at).padStart(2, '0')}5406455Z`;
  return `${JSON.stringify({ model: 'llama3.2', created_at, message: { role: 'assistant', content }, ...more })}\n`;
};

/** Ollama's answer to a chat request that streams: 100 lines, of which the last says that it is, and counts. */
export const ollamaLines: readonly string[] = [
  ...ollamaPieces.map((content, at) => line(at, content, { done: false })),
  line(ollamaPieces.length, '', {
    done: true,
    done_reason: 'stop',
    total_duration: 4_883_583_458,
    load_duration: 1_334_875,
    prompt_eval_count: usage.prompt_tokens,
    prompt_eval_duration: 342_546_000,
    eval_count: usage.completion_tokens,
    eval_duration: 4_535_599_000,
  }),
];
