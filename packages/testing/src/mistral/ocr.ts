import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { valueFromSchema } from '../content/value-from-schema.ts';
import { isObject, textOf } from '../json/json-object.ts';
import { json } from '../server/answer.ts';
import { closed, flag, list, listOr, may, need, number, oneOf, orNull, tagged, text } from '../validation/shape.ts';
import { responseFormat } from './chat-schema.ts';
import { detail } from './errors.ts';
import type { Inference } from './inference.ts';
import { documentChunk, fileChunk, imageChunk } from './message-schema.ts';

const count = orNull(number({ whole: true, ge: 0 }));

/** `POST /v1/ocr`. Every document has eight pages; as many are read as were asked for. */
export const ocr: Inference = {
  schema: closed({
    model: need(orNull(text)),
    id: may(text),
    document: need(tagged('type', { document_url: documentChunk, image_url: imageChunk, file: fileChunk })),
    pages: may(listOr(list(number({ whole: true, ge: 0 })), orNull(text))),
    include_image_base64: may(orNull(flag)),
    image_limit: may(count),
    image_min_size: may(count),
    bbox_annotation_format: may(orNull(responseFormat)),
    document_annotation_format: may(orNull(responseFormat)),
    document_annotation_prompt: may(orNull(text)),
    table_format: may(orNull(oneOf('markdown', 'html'))),
    extract_header: may(flag),
    extract_footer: may(flag),
    include_blocks: may(flag),
    confidence_scores_granularity: may(orNull(oneOf('word', 'page', 'block'))),
  }),
  serves: (model) => model.capabilities.includes('ocr'),
  defaultModel: 'mistral-ocr-latest',
  answer({ body, modelName, state }) {
    const document = isObject(body.document) ? body.document : {};
    const file = document.type === 'file' ? state.files.get(textOf(document.file_id) ?? '') : undefined;
    if (document.type === 'file' && file === undefined) return detail(404, 'No file matches the given query.');
    const indices = document.type === 'image_url' ? [0] : pageNumbers(body.pages);
    const size = file?.bytes.length ?? JSON.stringify(document).length;
    const annotation = annotationOf(body.document_annotation_format);
    return json(200, {
      model: modelName,
      pages: indices.map((index) => page(index, body)),
      document_annotation: annotation,
      usage_info: { pages_processed: indices.length, doc_size_bytes: size },
    });
  },
};

const pagesOfDocument = 8;

/** Pages as a list, or as text: `0-5,7`. */
function pageNumbers(pages: JsonValue | undefined): number[] {
  const all = Array.from({ length: pagesOfDocument }, (_, index) => index);
  if (Array.isArray(pages)) return all.filter((index) => pages.includes(index));
  if (typeof pages !== 'string') return all;
  const ranges = pages.split(',').map((range) => range.split('-').map(Number));
  return all.filter((index) => ranges.some(([from = 0, to = from]) => index >= from && index <= to));
}

function page(index: number, body: JsonObject): JsonObject {
  const markdown = `# Page ${index}\n\nThis is the simulated text of page ${index}.`;
  const box = { top_left_x: 100, top_left_y: 200, bottom_right_x: 300, bottom_right_y: 400 };
  const image = {
    id: `img-${index}.jpeg`,
    ...box,
    image_base64: body.include_image_base64 === true ? `data:image/jpeg;base64,${Buffer.from(`image ${index}`).toString('base64')}` : null,
    image_annotation: annotationOf(body.bbox_annotation_format),
  };
  const table = body.table_format === 'html' ? '<table><tr><td>1</td></tr></table>' : '| a |\n| - |\n| 1 |';
  return {
    index,
    markdown: `${markdown}\n\n![img-${index}.jpeg](img-${index}.jpeg)`,
    images: body.image_limit === 0 ? [] : [image],
    ...(typeof body.table_format === 'string' ? { tables: [{ id: `tbl-${index}`, content: table, format: body.table_format }] } : {}),
    hyperlinks: [],
    header: body.extract_header === true ? `Header of page ${index}` : null,
    footer: body.extract_footer === true ? `Footer of page ${index}` : null,
    dimensions: { dpi: 200, height: 2200, width: 1700 },
    ...(body.include_blocks === false ? {} : { blocks: [{ type: 'text', ...box, content: markdown }] }),
  };
}

function annotationOf(format: JsonValue | undefined): string | null {
  if (!isObject(format) || !isObject(format.json_schema)) return null;
  return JSON.stringify(valueFromSchema(format.json_schema.schema));
}
