import { describe, expect, test } from 'vitest';
import { createLlmProxyClient, TOOL_LOOP_MAX_ITERATIONS } from '../../../src/jobs/clients/llm-proxy-client.ts';
import { data, failed, faultOf, scriptedBackend, type Reply } from './support/scripted-backend.ts';

const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };
const done = { content: 'hello', usage, finish_reason: 'stop', model: 'm1', cost: '0.0012' };
const prompt = { agentId: 'a1', provider: 'openai', messages: [{ role: 'user', content: 'hi' }] };

async function llm(script: Reply[] | ((seen: any, nth: number) => Reply)) {
  const to = await scriptedBackend(script);
  const client = createLlmProxyClient(to.backend, to.circuits);
  return { to, client, [Symbol.asyncDispose]: () => to[Symbol.asyncDispose]() };
}
const sent = (to: { seen: { url: string; body: string }[] }) =>
  to.seen.map(({ url, body }) => [url.replace('/api/v1/internal/ai/llm/', ''), JSON.parse(body)]);

test('every endpoint is asked with the seed’s fields, and its answer is read', async () => {
  const call = { id: 't1', name: 'search', arguments: { q: 'x' } };
  const loop = {
    content: 'ok',
    usage,
    tool_calls_log: [{ iteration: 1, tool_name: 'search', success: true }],
    finish_reason: 'max_iterations',
  };
  await using stage = await llm([
    data(done),
    data({ ...done, tool_calls: [call] }),
    data({ parsed: { a: 1 }, usage, model: 'm1' }),
    data({ tools: [{ name: 'search' }], tools_enabled: true }),
    data({ result: { hits: 0 } }),
    data(loop),
    data({ content: 'ok', usage, reasoning: ['first'], reflection: null, evaluation: { score: 1 } }),
  ]);
  const { client, to } = stage;
  expect(
    await client.complete({ ...prompt, model: 'm1', maxTokens: 9, temperature: 0.2, systemPrompt: 'be brief' }),
  ).toMatchObject({
    content: 'hello',
    usage,
    cost: 0.0012,
  });
  expect((await client.completeWithTools({ ...prompt, tools: [{ name: 'search' }] })).tool_calls).toEqual([call]);
  expect((await client.completeStructured({ ...prompt, schema: { type: 'object' } })).parsed).toEqual({ a: 1 });
  expect((await client.toolDefinitions('a1')).tools_enabled).toBe(true);
  expect((await client.dispatchTool('a1', call)).result).toEqual({ hits: 0 });
  expect((await client.executeToolLoop(prompt)).finish_reason).toBe('max_iterations');
  expect(
    (await client.executeWithReasoning({ ...prompt, reasoningMode: 'deep', reflectionEnabled: true })).reasoning,
  ).toEqual(['first']);
  const asked = { agent_id: 'a1', messages: prompt.messages };
  expect(sent(to)).toEqual([
    ['complete', { ...asked, model: 'm1', max_tokens: 9, temperature: 0.2, system_prompt: 'be brief' }],
    ['complete_with_tools', { ...asked, tools: [{ name: 'search' }] }],
    ['complete_structured', { ...asked, schema: { type: 'object' } }],
    ['tool_definitions', { agent_id: 'a1' }],
    ['dispatch_tool', { agent_id: 'a1', tool_call: call }],
    ['execute_tool_loop', { ...asked, max_iterations: 10 }],
    ['execute_with_reasoning', { ...asked, reasoning_mode: 'deep', reflection_enabled: true }],
  ]);
  expect(TOOL_LOOP_MAX_ITERATIONS).toBe(10);
});

describe('an answer of another shape is refused, naming the field', () => {
  test.each([
    ['no usage', { ...done, usage: undefined }, /usage/],
    ['tokens that are no numbers', { ...done, usage: { ...usage, total_tokens: 'many' } }, /usage\.total_tokens/],
    ['content that is no text', { ...done, content: { a: 1 } }, /content/],
    ['a cost that is no number', { ...done, cost: 'cheap' }, /cost/],
    ['nothing', null, /data/],
  ])('%s', async (_, answer, field) => {
    await using stage = await llm([data(answer)]);
    const error = await faultOf(stage.client.complete(prompt));
    expect(error).toMatchObject({ name: 'ApiError', code: 'bad_answer', status: 502 });
    expect(error.message).toMatch(field);
  });
});

/** Server statuses as the seed has them. */
test.each([
  [403, 'NonRetryable', 'gate_denied'],
  [404, 'NonRetryable', 'agent_missing'],
  [202, 'NonRetryable', 'approval_required'],
  [422, 'ApiError', 'validation_failed'],
  [500, 'ApiError', 'backend_error'],
])('%i is told as %s %s', async (status, name, code) => {
  await using stage = await llm([failed(status, { success: true, data: {} })]);
  expect(await faultOf(stage.client.complete(prompt))).toMatchObject({ name, code });
});

test('5 failures of one provider open its circuit for 120 s, and no other’s, nor the backend’s', async () => {
  await using stage = await llm((seen) => (JSON.parse(seen.body).model === 'sick' ? failed(500) : data(done)));
  const { client, to } = stage;
  for (let call = 0; call < 5; call += 1) await faultOf(client.complete({ ...prompt, model: 'sick' }));
  expect(await faultOf(client.complete(prompt))).toMatchObject({ code: 'circuit_open', retryAfterSeconds: 120 });
  expect(await client.complete({ ...prompt, provider: 'anthropic' })).toMatchObject({ content: 'hello' });
  const states = to.circuits.statuses().map(({ name, state }) => `${name} ${state}`);
  expect(states).toEqual(['backend_api closed', 'ai_provider_openai open', 'ai_provider_anthropic closed']);
  to.clock.nowMs += 120_000;
  expect(await client.complete(prompt)).toMatchObject({ content: 'hello' });
});

test('a completion is never made twice by the transport: it costs money', async () => {
  await using stage = await llm(['cut', data(done)]);
  expect(await faultOf(stage.client.complete(prompt))).toMatchObject({ status: 503, outcomeUnknown: true });
  expect(stage.to.seen).toHaveLength(1);
});
