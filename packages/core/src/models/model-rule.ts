/**
 * Whether a caller may use a model: by the name that he would write, and, where it is known, by the `provider/model` that this leads to.
 */
export type ModelRule = (name: string, target?: string) => boolean;
