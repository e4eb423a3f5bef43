import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { contentText } from '../content/conversation.ts';
import { hexId } from '../content/identifiers.ts';
import { isObject, objectsOf } from '../json/json-object.ts';
import { json } from '../server/answer.ts';
import type { Answer } from '../server/answer.ts';
import { closed, freeObject, list, listOr, may, need, objectOr, orNull, text } from '../validation/shape.ts';
import type { Inference, InferenceCall } from './inference.ts';
import { message } from './message-schema.ts';

const common = ['sexual', 'hate_and_discrimination', 'violence_and_threats'];
const late = ['selfharm', 'health', 'financial', 'law', 'pii'];
const firstVersion = [...common, 'dangerous_and_criminal_content', ...late];
const secondVersion = [...common, 'dangerous', 'criminal', ...late, 'jailbreaking'];

const messageLists = list(listOr(list(message), message));
const textsRequest = closed({ model: need(text), input: need(listOr(list(text), text)), metadata: may(orNull(freeObject)) });
const conversation = closed({ messages: need(list(message)) });

/** `POST /v1/moderations` */
export const moderations: Inference = {
  schema: textsRequest,
  serves: (model) => model.capabilities.includes('moderation'),
  answer: (call) => moderate(call, textsOf(call.body.input)),
};

/** `POST /v1/chat/moderations`: a list of messages, or a list of such lists. */
export const chatModerations: Inference = {
  schema: closed({ model: need(text), input: need(messageLists) }),
  serves: moderations.serves,
  answer: (call) => moderate(call, conversationTexts(call.body.input)),
};

/** `POST /v1/classifications` */
export const classifications: Inference = {
  schema: textsRequest,
  serves: (model) => model.fineTuned !== undefined && model.capabilities.includes('classification'),
  answer: (call) => classify(call, textsOf(call.body.input)),
};

/** `POST /v1/chat/classifications` */
export const chatClassifications: Inference = {
  schema: closed({ model: need(text), input: need(listOr(list(conversation), objectOr(conversation, conversation))) }),
  serves: classifications.serves,
  answer(call) {
    const inputs = isObject(call.body.input) ? [call.body.input] : objectsOf(call.body.input);
    return classify(
      call,
      inputs.map((input) => joinTexts(objectsOf(input.messages))),
    );
  },
};

/** A category is true where its name stands in the text, with spaces for underscores, or its first word does. */
function moderate({ modelName, model, seed }: InferenceCall, inputs: readonly string[]): Answer {
  const categories = model.names[0]?.endsWith('2411') === true ? firstVersion : secondVersion;
  const results = inputs.map((input) => {
    const lower = input.toLowerCase();
    const found = categories.map((name) => [name, lower.includes(name.split('_')[0] ?? name)] as const);
    return {
      categories: Object.fromEntries(found),
      category_scores: Object.fromEntries(found.map(([name, hit]) => [name, hit ? 0.99 : 0.0001])),
    };
  });
  return json(200, { id: hexId(seed), model: modelName, results });
}

/** A text that holds a question mark is a question. */
function classify({ modelName, seed }: InferenceCall, inputs: readonly string[]): Answer {
  const results = inputs.map((input) => {
    const question = input.includes('?') ? 0.9 : 0.1;
    return { intent: { scores: { question, statement: 1 - question } } };
  });
  return json(200, { id: hexId(seed), model: modelName, results });
}

function textsOf(input: JsonValue | undefined): string[] {
  return (Array.isArray(input) ? input : [input]).filter((entry) => typeof entry === 'string');
}

function conversationTexts(input: JsonValue | undefined): string[] {
  const entries = Array.isArray(input) ? input : [];
  return entries.some(Array.isArray) ? entries.map((entry) => joinTexts(objectsOf(entry))) : [joinTexts(objectsOf(entries))];
}

function joinTexts(messages: readonly JsonObject[]): string {
  return messages.map((entry) => contentText(entry.content)).join('\n');
}
