import type { JsonObject, JsonValue } from '@ai-proxy/core';

/** Where in a request something is wrong: `['body', 'messages', 0, 'name']`. */
export type Location = readonly (string | number)[];

/** One thing that is wrong with a request, as FastAPI lists it. */
export interface Issue {
  readonly type: string;
  readonly loc: Location;
  readonly msg: string;
  readonly input: JsonValue;
  readonly ctx?: JsonObject;
}

export type Report = (issue: Issue) => void;
