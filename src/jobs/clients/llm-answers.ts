import { z } from 'zod';

const count = z.number().int().nonnegative();
/** Money comes as a number, or as text where the backend keeps decimals exactly. */
const money = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+(?:\.\d+)?$/, 'expected a decimal')
    .transform(Number),
]);

const usage = z.object({
  prompt_tokens: count,
  completion_tokens: count,
  cached_tokens: count.nullish(),
  total_tokens: count,
});

const toolCall = z.object({
  id: z.string().min(1),
  name: z.string().min(1),
  arguments: z.record(z.string(), z.unknown()),
});
export type ToolCall = z.infer<typeof toolCall>;

const tool = z.looseObject({ name: z.string().min(1) });
const logged = z.looseObject({ iteration: count.optional(), tool_name: z.string(), success: z.boolean().optional() });

const completed = z.looseObject({
  content: z.string().nullable(),
  usage,
  finish_reason: z.string(),
  model: z.string(),
  cost: money.nullish(),
});

/** What each endpoint answers, of which the rest is kept as it came. */
export const LLM_ANSWERS = {
  complete: completed,
  complete_with_tools: completed.extend({ tool_calls: z.array(toolCall).default([]) }),
  complete_structured: z
    .looseObject({ content: z.unknown(), parsed: z.unknown(), usage, model: z.string(), cost: money.nullish() })
    .partial({ content: true, parsed: true }),
  tool_definitions: z.object({ tools: z.array(tool), tools_enabled: z.boolean() }),
  dispatch_tool: z.looseObject({ result: z.unknown() }),
  execute_tool_loop: z.looseObject({
    content: z.string().nullable(),
    usage,
    tool_calls_log: z.array(logged),
    finish_reason: z.string(),
  }),
  execute_with_reasoning: z.looseObject({
    content: z.string().nullable(),
    usage,
    reasoning: z.unknown(),
    reflection: z.unknown(),
    evaluation: z.unknown(),
  }),
} as const;

export type LlmEndpoint = keyof typeof LLM_ANSWERS;
export type LlmAnswer<Endpoint extends LlmEndpoint> = z.infer<(typeof LLM_ANSWERS)[Endpoint]>;
