import { z } from 'zod';
import { apiCallsOf } from '../define-api-call.ts';

const call = apiCallsOf('ai_orchestration', 1);
const upkeep = apiCallsOf('maintenance', 1);
const health = apiCallsOf('ai_workflow_health', 3);

export const providerModelSync = health(
  'ai.provider_model_sync',
  'POST ai/providers/sync_all',
  'AiProviderModelSyncJob',
);
export const compoundLearning = call(
  'ai.compound_learning_maintenance',
  'POST ai/learning/compound_maintenance',
  'AiCompoundLearningMaintenanceJob',
);
export const memory = call('ai.memory_maintenance', 'POST ai/learning/memory_maintenance', 'AiMemoryMaintenanceJob');
export const teamMessages = call(
  'ai.team_message_cleanup',
  'POST ai/teams/cleanup_messages',
  'AiTeamMessageCleanupJob',
);
export const trustDecay = call('ai.trust_decay', 'POST ai/autonomy/trust_scores/decay', 'AiTrustDecayJob');
export const budgetRollover = apiCallsOf('ai_orchestration', 2)(
  'ai.budget_rollover',
  'POST ai/autonomy/budgets/rollover_expired',
  'AiBudgetRolloverJob',
);
export const budgetReconciliation = call(
  'ai.budget_reconciliation',
  'GET ai/autonomy/budgets/reconcile',
  'AiBudgetReconciliationJob',
);
export const pricingSync = call('ai.pricing_sync', 'POST ai/autonomy/pricing/sync', 'AiPricingSyncJob');
export const skillLifecycle = call(
  'ai.skill_lifecycle',
  'POST ai/skill_graph/maintenance/{operation}',
  'AiSkillLifecycleMaintenanceJob',
  z.looseObject({ operation: z.enum(['daily', 'weekly', 'monthly']).default('daily') }),
);
export const sharedKnowledge = call(
  'ai.shared_knowledge_maintenance',
  'POST ai/memory/shared_maintenance',
  'AiSharedKnowledgeMaintenanceJob',
);
export const knowledgeGraph = call(
  'ai.knowledge_graph_maintenance',
  'POST ai/learning/knowledge_graph_maintenance',
  'AiKnowledgeGraphMaintenanceJob',
);
export const knowledgeDocs = upkeep(
  'ai.knowledge_doc_sync',
  'POST ai/learning/knowledge_doc_sync',
  'AiKnowledgeDocSyncJob',
);
export const trajectories = call(
  'ai.trajectory_analysis',
  'POST internal/ai/trajectory/analyze_all',
  'AiTrajectoryAnalysisJob',
);
export const goals = upkeep('ai.goal_maintenance', 'POST internal/ai/goals/maintenance', 'AiGoalMaintenanceJob');
export const observationCleanup = upkeep(
  'ai.observation_cleanup',
  'POST internal/ai/observations/cleanup',
  'AiObservationCleanupJob',
);
export const escalations = call(
  'ai.escalation_timeout',
  'POST internal/ai/escalations/auto_escalate',
  'AiEscalationTimeoutJob',
);
export const proposals = upkeep(
  'ai.proposal_expiry',
  'POST internal/ai/proposals/expire_overdue',
  'AiProposalExpiryJob',
);
export const interventionPolicies = upkeep(
  'ai.intervention_policy_tuning',
  'POST internal/ai/intervention_policies/analyze_patterns',
  'AiInterventionPolicyTuningJob',
);
export const ralphLoops = call(
  'ai.ralph_loop_scheduler',
  'POST internal/ai/ralph_loops/process_scheduled',
  'AiRalphLoopSchedulerJob',
);
export const signalDecay = call(
  'ai.stigmergic_signal_decay',
  'POST internal/ai/coordination/decay_signals',
  'AiStigmergicSignalDecayJob',
);
export const fieldMeasurement = call(
  'ai.pressure_field_measurement',
  'POST internal/ai/coordination/measure_all_fields',
  'AiPressureFieldMeasurementJob',
);
export const fieldDecay = call(
  'ai.pressure_field_decay',
  'POST internal/ai/coordination/decay_fields',
  'AiPressureFieldDecayJob',
);
export const skillEvolution = call(
  'ai.skill_auto_evolution',
  'POST internal/ai/skills/auto_evolve',
  'AiSkillAutoEvolutionJob',
);
export const selfChallenges = call(
  'ai.self_challenge_scheduler',
  'POST internal/ai/self_challenges/schedule_daily',
  'AiSelfChallengeSchedulerJob',
);
export const governanceScan = call('ai.governance_scan', 'POST internal/ai/governance/scan_all', 'AiGovernanceScanJob');
export const collusion = call(
  'ai.collusion_detection',
  'POST internal/ai/governance/detect_collusion',
  'AiCollusionDetectionJob',
);

// The seed's jobs below walk through several calls themselves. Until such a job is here, one call asks the backend to
// do the whole; these routes are ours, and a backend without them fails the job with `endpoint_missing`.
export const providerHealth = health(
  'ai.provider_health_check',
  'POST internal/ai/providers/check_health',
  'AiProviderHealthCheckJob',
);
export const memoryPools = call(
  'ai.memory_pool_cleanup',
  'POST internal/ai/memory_pools/cleanup_expired',
  'AiMemoryPoolCleanupJob',
);
export const selfHealing = call(
  'ai.self_healing_monitor',
  'POST internal/ai/self_healing/check_all',
  'AiSelfHealingMonitorJob',
);
export const observationPipeline = call(
  'ai.observation_pipeline',
  'POST internal/ai/observation_pipeline/run_all',
  'AiObservationPipelineJob',
);
