const plainEvent =
  /^\{(?:"(?:id|model)":"[^"\\\p{Cc}]*",|"object":"chat\.completion\.chunk",|"created":\d+,)*"choices":\[\{"index":(\d{1,3}),"delta":\{"content":"([^"\\\p{Cc}]+)"\},"finish_reason":null(?:,"logprobs":null)?\}\](?:,"p":"[^"\\\p{Cc}]*")?\}$/u;

/** Some text of one choice. */
export interface PlainEvent {
  readonly index: number;
  readonly text: string;
}

/**
 * Reads an event that brings some text and nothing else, spelled as Mistral and many others spell it; nothing for every other event, which has to be parsed. Most events of
 * a stream are such, and parsing was most of what reading one cost.
 */
export function readPlainEvent(data: string): PlainEvent | undefined {
  const match = plainEvent.exec(data);
  return match?.[2] === undefined ? undefined : { index: Number(match[1]), text: match[2] };
}
