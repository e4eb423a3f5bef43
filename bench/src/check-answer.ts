import { isDeepStrictEqual } from 'node:util';
import { ollamaLines, ollamaPieces } from './ollama-answers.ts';
import type { Row } from './rows.ts';
import { streamEvents, streamPieces, usage, wholeAnswer, wholeText } from './upstream-answers.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** What an answer has to be: the upstream's own bytes, or the same said in OpenAI's API. */
export interface Expected extends Pick<Row, 'upstream' | 'answer'> {
  readonly keepsBytes: boolean;
}

interface ExpectedStream {
  readonly bytes: string;
  readonly text: string;
  /** How many events it is in OpenAI's API. */
  readonly events: number;
}

const streams: Readonly<Record<Row['upstream'], ExpectedStream>> = {
  mistral: { bytes: streamEvents.join(''), text: streamPieces.join(''), events: streamEvents.length },
  // Its last line says two things, the finish and the usage, that have an event each.
  ollama: { bytes: ollamaLines.join(''), text: ollamaPieces.join(''), events: ollamaLines.length + 1 },
};

/** Says what is wrong with an answer, or nothing. A proxy that loses something must not look fast for it. */
export function faultOf(answer: Answer, expected: Expected): string | undefined {
  if (answer.status !== 200) return `status ${answer.status}: ${answer.text.slice(0, 500)}`;
  const stream = streams[expected.upstream];
  if (expected.keepsBytes) {
    const bytes = expected.answer === 'json' ? wholeAnswer : stream.bytes;
    return answer.text === bytes
      ? undefined
      : `${answer.text.length} characters that are not the upstream's ${bytes.length}: ${excerpt(answer.text)}`;
  }
  try {
    return expected.answer === 'json' ? faultOfWhole(answer.text) : faultOfStream(answer.text, stream);
  } catch (error) {
    return `${String(error)} in: ${excerpt(answer.text)}`;
  }
}

interface Output {
  readonly object?: unknown;
  readonly choices: readonly {
    readonly message?: { readonly content?: unknown };
    readonly delta?: { readonly content?: unknown };
    readonly finish_reason?: unknown;
  }[];
  readonly usage?: Readonly<Record<string, unknown>> | null;
}

function faultOfWhole(text: string): string | undefined {
  const output = JSON.parse(text) as Output;
  const [choice] = output.choices;
  if (output.object !== 'chat.completion' || choice?.message?.content !== wholeText) return `another answer: ${excerpt(text)}`;
  if (choice.finish_reason !== 'stop') return `no reason to finish: ${excerpt(text)}`;
  return countsUsage(output) ? undefined : `no usage: ${excerpt(text)}`;
}

function faultOfStream(text: string, expected: ExpectedStream): string | undefined {
  const events = text.split('\n\n').filter((event) => event !== '' && !event.startsWith(':'));
  if (events.pop() !== 'data: [DONE]') return `no end mark: ${excerpt(text)}`;
  const outputs = events.map((event) => JSON.parse(event.replace(/^data: /, '')) as Output);
  const choices = outputs.flatMap((output) => output.choices);
  const content = choices.map(({ delta }) => (typeof delta?.content === 'string' ? delta.content : '')).join('');
  if (content !== expected.text) return `${content.length} characters of content, not the upstream's ${expected.text.length}`;
  if (outputs.length < expected.events) return `${outputs.length} events: some were joined`;
  if (!choices.some((choice) => choice.finish_reason === 'stop')) return `no reason to finish: ${excerpt(text)}`;
  return outputs.some(countsUsage) ? undefined : `no usage: ${excerpt(text)}`;
}

function countsUsage({ usage: counted }: Output): boolean {
  if (!counted) return false;
  const { prompt_tokens, completion_tokens, total_tokens } = counted;
  return isDeepStrictEqual({ prompt_tokens, completion_tokens, total_tokens }, usage);
}

const excerpt = (text: string): string => (text.length > 600 ? `${text.slice(0, 300)} … ${text.slice(-300)}` : text);
