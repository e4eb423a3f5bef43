import { invalidParameter, nearestNames, readJsonRequest } from '@ai-proxy/core';
import type { HttpRequest } from '@ai-proxy/core';
import type { z } from 'zod';

/** Reads the body of a request of administration; one without a body is one without fields. */
export async function readBody<Schema extends z.ZodType>(
  request: HttpRequest,
  schema: Schema,
  names: readonly string[],
): Promise<z.infer<Schema>> {
  const value = request.body.kind === 'none' ? {} : (await readJsonRequest(request, { body: 256 * 1024, depth: 32 })).value;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.map(String).join('.') ?? '';
  if (issue?.code === 'unrecognized_keys') {
    const unknown = issue.keys[0] ?? '';
    const [near] = nearestNames(unknown, names, 1);
    throw invalidParameter(
      unknown,
      `There is no field "${unknown.slice(0, 60)}" here${near === undefined ? '' : `; did you mean "${near}"?`} A field that is not known is not passed over: it could be a limit.`,
    );
  }
  if (place === '') throw invalidParameter(null, `The body is not right: ${issue?.message}.`);
  throw invalidParameter(place, `"${place}" is not right: ${issue?.message}.`);
}
