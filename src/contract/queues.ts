/** Weighted lines of work: the seed system's queues, with the shares in which a worker's claims visit them. */
const HEAVY = [
  'critical',
  'high',
  'workflow_high_priority',
  'subscription_lifecycle',
  'ai_cancellations',
  'devops_high',
] as const;

const USUAL = [
  'ai_workflows',
  'ai_agents',
  'ai_conversations',
  'ai_execution',
  'ai_orchestration',
  'ai_workflow_health',
  'ai_workflow_schedules',
  'ai_workflow_nodes',
  'ai_testing',
  'devops_default',
  'devops_webhooks',
  'file_processing',
  'services',
  'billing',
  'billing_scheduler',
  'compliance',
  'email',
  'reports',
  'integrations',
  'mcp',
  'trading',
  'trading_learning',
] as const;

const LIGHT = ['notifications', 'analytics', 'schedules', 'webhooks', 'maintenance', 'default'] as const;

export type QueueDeclaration = { readonly name: string; readonly weight: number };

/** Every declared queue, heaviest first. A queue of weight 3 is visited three times as often as one of weight 1. */
export const QUEUES: readonly QueueDeclaration[] = [
  ...HEAVY.map((name) => ({ name, weight: 3 })),
  ...USUAL.map((name) => ({ name, weight: 2 })),
  ...LIGHT.map((name) => ({ name, weight: 1 })),
];

/** Where jobs rest that nobody will try again by themselves. It is read and redriven, never claimed. */
export const DEAD_LETTER_QUEUE = 'dead_letter';

const WEIGHTS = new Map(QUEUES.map((queue) => [queue.name, queue.weight]));

/** The weight of a declared queue, or undefined when no such queue is declared. */
export function queueWeight(name: string): number | undefined {
  return WEIGHTS.get(name);
}
