import type { JsonObject } from '@ai-proxy/core';
import { composeChat, composeMiddle } from '../content/compose.ts';
import type { Composition } from '../content/compose.ts';
import { lastUserText } from '../content/conversation.ts';
import { hexId } from '../content/identifiers.ts';
import { stopMarks } from '../content/stop-marks.ts';
import { numberOf, objectsOf, textOf } from '../json/json-object.ts';
import { json } from '../server/answer.ts';
import type { Answer } from '../server/answer.ts';
import { chatAnswer } from './chat-answer.ts';
import { agentsRequest, chatRequest, fimRequest } from './chat-schema.ts';
import { chatStream } from './chat-stream.ts';
import { toChatWish } from './chat-wish.ts';
import { refuse } from './errors.ts';
import type { Inference, InferenceCall } from './inference.ts';
import { refuseOrder, refuseToolNames } from './message-order.ts';

/** `POST /v1/chat/completions` */
export const chat: Inference = {
  schema: chatRequest,
  serves: (model) => model.capabilities.includes('completion_chat'),
  answer: answerChat,
};

/** `POST /v1/agents/completions`; every agent runs on the same model. */
export const agents: Inference = {
  schema: agentsRequest,
  serves: () => true,
  defaultModel: 'mistral-medium-latest',
  answer: answerChat,
};

/** `POST /v1/fim/completions` */
export const fim: Inference = {
  schema: fimRequest,
  serves: (model) => model.capabilities.includes('completion_fim'),
  answer(call) {
    const { body } = call;
    const composition = composeMiddle(
      textOf(body.prompt) ?? '',
      textOf(body.suffix ?? undefined) ?? '',
      numberOf(body.max_tokens),
      stopMarks(body.stop),
    );
    return render(composition, call);
  },
};

function answerChat(call: InferenceCall): Answer {
  const { body, model, modelName, state } = call;
  const messages = objectsOf(body.messages);
  const refused =
    refuseOrder(messages, { userAfterTool: state.userAfterTool, oldTokenizer: model.oldTokenizer === true }) ??
    refuseToolNames(objectsOf(body.tools)) ??
    refuseEffort(body, call) ??
    blockByGuardrail(body, messages);
  if (refused !== undefined) return refused;
  const thinks = model.thinking === 'always' || (model.thinking === 'asked' && body.reasoning_effort === 'high');
  return render(composeChat(toChatWish(body, modelName, thinks)), call);
}

function render(composition: Composition, { body, modelName, model, seed, state, chunks }: InferenceCall): Answer {
  const identity = { id: hexId(seed), model: modelName, created: state.now() };
  return body.stream === true ? chatStream(composition, identity, chunks, model.streams === 'relayed') : chatAnswer(composition, identity);
}

function refuseEffort(body: JsonObject, { model, modelName }: InferenceCall): Answer | undefined {
  if (typeof body.reasoning_effort !== 'string' || model.capabilities.includes('reasoning')) return undefined;
  return refuse(400, `reasoning_effort is not supported by model ${modelName}`, 'invalid_request_error', null);
}

/** Guardrails block what names "blocked content"; without guardrails nothing is blocked. */
function blockByGuardrail(body: JsonObject, messages: readonly JsonObject[]): Answer | undefined {
  if (objectsOf(body.guardrails).length === 0 || !/blocked content/iu.test(lastUserText(messages))) return undefined;
  return json(403, {
    error: { message: 'Content blocked by guardrail', status: 403 },
    guardrails: [{ category: 'simulated', blocked: true }],
  });
}
