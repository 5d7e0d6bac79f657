import type { z } from 'zod';
import { AI_PROVIDER_CIRCUIT } from '../../contract/circuits.ts';
import type { Circuits } from '../../process/circuits.ts';
import { NonRetryable } from '../errors.ts';
import { ApiError } from './api-error.ts';
import type { BackendApiClient } from './backend-api-client.ts';
import { LLM_ANSWERS, type LlmAnswer, type LlmEndpoint, type ToolCall } from './llm-answers.ts';
import type { CallOptions, Fields } from './platform-caller.ts';
import { expectShape } from './read-answer.ts';

export type LlmMessage = { readonly role: string; readonly content: string };
/** Who asks, and through whose circuit. The provider is not sent: the server knows it by the agent. */
export type LlmAsker = { readonly agentId: string; readonly provider: string };
export type LlmPrompt = LlmAsker & {
  readonly messages: readonly LlmMessage[];
  readonly model?: string;
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly systemPrompt?: string;
};

export type LlmProxyClient = {
  complete(prompt: LlmPrompt, options?: CallOptions): Promise<LlmAnswer<'complete'>>;
  completeWithTools(
    prompt: LlmPrompt & { readonly tools: readonly Fields[] },
    options?: CallOptions,
  ): Promise<LlmAnswer<'complete_with_tools'>>;
  completeStructured(
    prompt: LlmPrompt & { readonly schema: Fields },
    options?: CallOptions,
  ): Promise<LlmAnswer<'complete_structured'>>;
  toolDefinitions(agentId: string, options?: CallOptions): Promise<LlmAnswer<'tool_definitions'>>;
  dispatchTool(agentId: string, call: ToolCall, options?: CallOptions): Promise<LlmAnswer<'dispatch_tool'>>;
  /** The server calls model and tools in turns, at most `maxIterations` (10) of them. */
  executeToolLoop(
    prompt: LlmPrompt & { readonly maxIterations?: number },
    options?: CallOptions,
  ): Promise<LlmAnswer<'execute_tool_loop'>>;
  executeWithReasoning(
    prompt: LlmPrompt & {
      readonly reasoningMode?: string;
      readonly reflectionEnabled?: boolean;
      readonly evaluationConfig?: Fields;
    },
    options?: CallOptions,
  ): Promise<LlmAnswer<'execute_with_reasoning'>>;
};

export const TOOL_LOOP_MAX_ITERATIONS = 10;

/**
 * The thin proxy of the seed's documents: every call goes to the backend, which holds the providers' keys. What waits for a
 * model goes through that provider's own circuit (600 s) and not through the backend's (120 s), so that a slow provider
 * never stops the calls of other jobs; what the server answers itself goes through the backend's.
 */
export function createLlmProxyClient(backend: BackendApiClient, circuits: Circuits): LlmProxyClient {
  async function ask<Answer extends z.ZodType>(
    endpoint: LlmEndpoint,
    answer: Answer,
    body: Fields,
    options: CallOptions = {},
  ): Promise<z.infer<Answer>> {
    const path = `internal/ai/llm/${endpoint}`;
    const { status, data } = await backend.answerTo('POST', path, body, options).catch(explain);
    if (status === 202) throw new NonRetryable('a person must approve this call first', { code: 'approval_required' });
    return expectShape(answer, data, `POST ${path}`);
  }

  function prompt<Answer extends z.ZodType>(
    endpoint: LlmEndpoint,
    answer: Answer,
    asked: LlmPrompt,
    more: Fields,
    options?: CallOptions,
  ): Promise<z.infer<Answer>> {
    const { agentId, provider, messages, model, maxTokens, temperature, systemPrompt } = asked;
    const body = {
      agent_id: agentId,
      messages,
      model,
      max_tokens: maxTokens,
      temperature,
      system_prompt: systemPrompt,
      ...more,
    };
    const { timeoutMs } = AI_PROVIDER_CIRCUIT;
    return ask(endpoint, answer, body, { circuit: circuits.aiProvider(provider), timeoutMs, ...options });
  }

  return {
    complete: (asked, options) => prompt('complete', LLM_ANSWERS.complete, asked, {}, options),
    completeWithTools: (asked, options) =>
      prompt('complete_with_tools', LLM_ANSWERS.complete_with_tools, asked, { tools: asked.tools }, options),
    completeStructured: (asked, options) =>
      prompt('complete_structured', LLM_ANSWERS.complete_structured, asked, { schema: asked.schema }, options),
    toolDefinitions: (agentId, options) =>
      ask('tool_definitions', LLM_ANSWERS.tool_definitions, { agent_id: agentId }, options),
    dispatchTool: (agentId, call, options) =>
      ask('dispatch_tool', LLM_ANSWERS.dispatch_tool, { agent_id: agentId, tool_call: call }, options),
    executeToolLoop: (asked, options) =>
      prompt(
        'execute_tool_loop',
        LLM_ANSWERS.execute_tool_loop,
        asked,
        { max_iterations: asked.maxIterations ?? TOOL_LOOP_MAX_ITERATIONS },
        options,
      ),
    executeWithReasoning(asked, options) {
      const { reasoningMode, reflectionEnabled, evaluationConfig } = asked;
      const more = {
        reasoning_mode: reasoningMode,
        reflection_enabled: reflectionEnabled,
        evaluation_config: evaluationConfig,
      };
      return prompt('execute_with_reasoning', LLM_ANSWERS.execute_with_reasoning, asked, more, options);
    },
  };
}

/** What no attempt can cure says so; the rest stays an ApiError and is retried like one. */
function explain(error: unknown): never {
  const code = error instanceof ApiError ? FINAL.get(error.status) : undefined;
  if (!(error instanceof ApiError) || code === undefined) throw error;
  throw new NonRetryable(error.message, { code, cause: error });
}

const FINAL: ReadonlyMap<number | undefined, string> = new Map([
  [403, 'gate_denied'],
  [404, 'agent_missing'],
]);
