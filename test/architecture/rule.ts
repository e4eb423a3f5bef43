import type { Manifest, Room } from './house.ts';

/** What a package may do. */
export interface RoomRule {
  /** A package depends only on packages of a strictly lower floor. */
  readonly floor: number;
  /** Files of `src/` that may import `node:` modules; none where absent. */
  readonly node?: string;
  /** May name `IncomingMessage` and `ServerResponse`. */
  readonly nodeHttp?: true;
  /** Files of `src/` that may name the global `Request` and `Response`; none where absent. */
  readonly web?: string;
}

/** The table of rooms, by folder. */
export type RoomRules = Readonly<Record<string, RoomRule>>;

/** Gives one sentence for each place that breaks it. */
export type Rule = (house: readonly Room[], rules: RoomRules) => string[];

/** What stands before a folder in the name of its package. */
export const scope = '@ai-proxy/';

/** What a published package brings along or asks for. */
export function declared({ dependencies, peerDependencies, optionalDependencies }: Partial<Manifest>): string[] {
  return Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });
}
