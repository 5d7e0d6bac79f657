import * as ai from '../catalogue/api-calls/ai.ts';
import * as platform from '../catalogue/api-calls/platform.ts';
import * as trading from '../catalogue/api-calls/trading.ts';
import type { JobDeclaration } from '../catalogue/declare-job.ts';
import { declareSchedule, type ScheduleDeclaration } from './declare-schedule.ts';

const HOUR_SECONDS = 3600;

/**
 * What runs by the clock: the seed system's table, in UTC. What it writes as a plain interval (5m) is a step of cron
 * here, so that runs fall on round minutes and do not depend on when a process was started. Where its documents
 * disagree with its code, the documents' cadence stands.
 *
 * Frequent ones skip what nobody fired in time, and stay away while the run before has not ended. Those of a day or more
 * make up for a missed run within six hours; their start is spread over a minute.
 */
export const SCHEDULES: readonly ScheduleDeclaration[] = [
  often('devops_approval_expiry', '0 * * * *', platform.approvalExpiry, 'Expire step approvals'),
  often('ai_workflow_approval_expiry', '15 * * * *', platform.workflowApprovalExpiry, 'Expire workflow approvals'),
  daily('daily_database_backup', '0 2 * * *', platform.backup, 'Back up everything', { backup_type: 'full' }),
  daily('weekly_schema_backup', '0 3 * * 0', platform.backup, 'Back up the schema', { backup_type: 'schema_only' }),
  daily('backup_cleanup', '0 4 * * *', platform.backupCleanup, 'Drop old backups'),
  often('account_termination_processing', '0 */6 * * *', platform.accountTermination, 'End accounts after their grace'),
  daily('data_retention_enforcement', '0 2 * * *', platform.dataRetention, 'Apply retention policies'),
  often('swarm_cluster_sync', '* * * * *', platform.swarmSync, 'Sync swarm clusters'),
  often('swarm_health_check', '*/5 * * * *', platform.swarmHealth, 'Check swarm clusters'),
  daily('swarm_event_cleanup', '0 5 * * *', platform.swarmEvents, 'Drop old swarm events'),
  often('docker_host_sync', '* * * * *', platform.dockerSync, 'Sync Docker hosts'),
  often('git_runner_health_check', '*/5 * * * *', platform.runnerHealth, 'Mark stale runners'),
  often('docker_health_check', '*/5 * * * *', platform.dockerHealth, 'Check Docker hosts'),
  daily('docker_event_cleanup', '15 5 * * *', platform.dockerEvents, 'Drop old Docker events'),
  often('ai_provider_model_sync', '0 */6 * * *', ai.providerModelSync, 'Sync the models of providers'),
  often('ai_provider_health_check', '*/10 * * * *', ai.providerHealth, 'Probe AI providers'),
  daily('ai_memory_pool_cleanup', '30 3 * * *', ai.memoryPools, 'Drop expired memory pools'),
  daily('ai_compound_learning_maintenance', '45 3 * * *', ai.compoundLearning, 'Keep up compound learning'),
  daily('ai_memory_maintenance', '0 4 * * *', ai.memory, 'Keep up memories'),
  daily('auth_artifact_cleanup', '0 3 * * *', platform.authCleanup, 'Drop expired auth artefacts'),
  often('chat_session_cleanup', '0 */6 * * *', platform.chatSessions, 'Close idle chat sessions'),
  daily('ai_team_message_cleanup', '0 4 * * *', ai.teamMessages, 'Drop old team messages'),
  daily('ai_trust_decay', '0 2 * * *', ai.trustDecay, 'Decay trust scores'),
  often('ai_budget_rollover', '0 * * * *', ai.budgetRollover, 'Roll expired budgets over'),
  daily('ai_budget_reconciliation', '0 4 * * *', ai.budgetReconciliation, 'Reconcile what agents spent'),
  daily('ai_pricing_sync', '0 1 * * *', ai.pricingSync, 'Sync the prices of models'),
  daily('ai_skill_lifecycle_daily', '15 4 * * *', ai.skillLifecycle, 'Daily upkeep of skills', { operation: 'daily' }),
  daily('ai_skill_lifecycle_weekly', '0 5 * * 0', ai.skillLifecycle, 'Weekly upkeep of skills', {
    operation: 'weekly',
  }),
  daily('ai_skill_lifecycle_monthly', '0 3 1 * *', ai.skillLifecycle, 'Monthly upkeep of skills', {
    operation: 'monthly',
  }),
  daily('ai_shared_knowledge_maintenance', '30 4 * * *', ai.sharedKnowledge, 'Audit shared knowledge'),
  daily('ai_knowledge_graph_maintenance', '45 4 * * *', ai.knowledgeGraph, 'Keep up the knowledge graph'),
  daily('ai_knowledge_doc_sync', '30 5 * * *', ai.knowledgeDocs, 'Sync documents into knowledge'),
  often('ai_self_healing_monitor', '*/5 * * * *', ai.selfHealing, 'Find what is stuck, degraded, orphaned or odd'),
  daily('ai_trajectory_analysis', '0 5 * * *', ai.trajectories, 'Analyse trajectories'),
  often('ai_observation_pipeline', '*/30 * * * *', ai.observationPipeline, 'Run the observation sensors'),
  often('ai_goal_maintenance', '0 */6 * * *', ai.goals, 'Keep up goals'),
  daily('ai_observation_cleanup', '45 4 * * *', ai.observationCleanup, 'Drop old observations'),
  often('ai_escalation_timeout', '*/15 * * * *', ai.escalations, 'Escalate what is overdue'),
  often('ai_proposal_expiry', '0 * * * *', ai.proposals, 'Expire proposals'),
  daily('ai_intervention_policy_tuning', '0 6 * * 0', ai.interventionPolicies, 'Learn from approvals'),
  often('container_instance_reconciliation', '*/5 * * * *', platform.instances, 'Reconcile containers'),
  often('port_allocation_cleanup', '*/10 * * * *', platform.ports, 'Free expired ports'),
  often('integration_health_check', '*/15 * * * *', platform.integrationHealth, 'Probe integrations'),
  daily('template_maintenance', '0 3 * * 0', platform.templates, 'Archive stale templates'),
  often('ai_ralph_loop_scheduler', '* * * * *', ai.ralphLoops, 'Start scheduled loops'),
  often('ai_stigmergic_signal_decay', '*/30 * * * *', ai.signalDecay, 'Decay coordination signals'),
  often('ai_pressure_field_measurement', '*/15 * * * *', ai.fieldMeasurement, 'Measure coordination fields'),
  often('ai_pressure_field_decay', '0 * * * *', ai.fieldDecay, 'Decay coordination fields'),
  daily('ai_skill_auto_evolution', '0 5 * * 1', ai.skillEvolution, 'Evolve skills'),
  daily('ai_self_challenge_scheduler', '0 6 * * *', ai.selfChallenges, 'Plan the self challenges of the day'),
  often('ai_governance_scan', '0 */6 * * *', ai.governanceScan, 'Scan all agents'),
  daily('ai_collusion_detection', '0 3 * * 0', ai.collusion, 'Look for agents that collude'),
  often('trading_strategy_tick', '*/5 * * * *', trading.strategyTick, 'Tick strategies'),
  often('trading_price_feed', '*/3 * * * *', trading.priceFeed, 'Fetch prices'),
  daily('trading_evolution_epoch', '0 0 * * *', trading.evolutionEpoch, 'Evolve strategies'),
  daily('trading_metrics_snapshot', '0 23 * * *', trading.metricsSnapshot, 'Take a snapshot of the metrics'),
  daily('trading_daily_learning', '30 23 * * *', trading.dailyLearning, 'Learn from the day'),
  often('trading_sweep_check', '0 */4 * * *', trading.sweepCheck, 'Look for sweeps'),
  often('trading_venue_withdrawal_check', '30 */4 * * *', trading.withdrawalCheck, 'Check withdrawals'),
  often('trading_earnings_transfer', '0 */6 * * *', trading.earningsTransfer, 'Transfer earnings'),
  often('trading_compounding_check', '0 */4 * * *', trading.compoundingCheck, 'Check compounding'),
  often('trading_risk_monitor', '*/15 * * * *', trading.riskMonitor, 'Check risk'),
  often('trading_venue_sync', '*/15 * * * *', trading.venueSync, 'Sync the venue'),
  often('trading_order_fill_check', '*/1 * * * *', trading.orderFills, 'Check fills'),
  daily('trading_phase_review', '0 6 * * *', trading.phaseReview, 'Review the phase'),
  often('trading_training_session_runner', '* * * * *', trading.trainingSessions, 'Pick up orphaned sessions'),
  daily('trading_position_cleanup', '0 4 * * *', trading.positionCleanup, 'Close stale positions'),
];

function often(name: string, cron: string, job: JobDeclaration, description: string): ScheduleDeclaration {
  return declareSchedule({ name, cron, job, description, missed: 'skip', overlap: 'skip' });
}

function daily(
  name: string,
  cron: string,
  job: JobDeclaration,
  description: string,
  payload: Record<string, unknown> = {},
): ScheduleDeclaration {
  const policy = { missed: 'once', missedWindowSeconds: 6 * HOUR_SECONDS, overlap: 'skip', jitterSeconds: 60 } as const;
  return declareSchedule({ name, cron, job, description, payload, ...policy });
}
