const plainLine =
  /^\{"model":"[^"\\\p{Cc}]*","created_at":"[^"\\\p{Cc}]*",(?:"message":\{"role":"assistant","content":"([^"\\\p{Cc}]+)"\}|"response":"([^"\\\p{Cc}]+)"),"done":false\}$/u;

/**
 * The text of a line that brings some text and nothing else, spelled as Ollama spells it; nothing for every other line, which has to be parsed. Most
 * lines of a stream are such, and parsing was most of what reading one cost.
 */
export function readPlainLine(data: string): string | undefined {
  const match = plainLine.exec(data);
  return match?.[1] ?? match?.[2];
}
