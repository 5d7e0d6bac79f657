/**
 * The seed system's schedule table, row by row as its scheduler's configuration has it (worker/config/sidekiq.yml, the
 * sidekiq-scheduler section): name, when (cron, or a plain interval), class, queue, arguments.
 */
const TABLE = `
  devops_approval_expiry | 0 * * * * | Devops::ApprovalExpiryJob | default |
  ai_workflow_approval_expiry | 15 * * * * | AiWorkflow::ApprovalExpiryJob | default |
  daily_database_backup | 0 2 * * * | Maintenance::ScheduledBackupJob | maintenance | {"backup_type": "full"}
  weekly_schema_backup | 0 3 * * 0 | Maintenance::ScheduledBackupJob | maintenance | {"backup_type": "schema_only"}
  backup_cleanup | 0 4 * * * | Maintenance::BackupCleanupJob | maintenance |
  account_termination_processing | 0 */6 * * * | Compliance::AccountTerminationJob | compliance |
  data_retention_enforcement | 0 2 * * * | Compliance::DataRetentionEnforcementJob | compliance |
  swarm_cluster_sync | * * * * * | Swarm::ClusterSyncJob | devops_default |
  swarm_health_check | 5m | Swarm::HealthCheckJob | devops_default |
  swarm_event_cleanup | 0 5 * * * | Swarm::EventCleanupJob | maintenance |
  docker_host_sync | */5 * * * * | Docker::HostSyncJob | devops_default |
  git_runner_health_check | 5m | Git::RunnerHealthCheckJob | devops_default |
  docker_health_check | 5m | Docker::HealthCheckJob | devops_default |
  docker_event_cleanup | 15 5 * * * | Docker::EventCleanupJob | maintenance |
  ai_provider_model_sync | 0 */6 * * * | AiProviderModelSyncJob | ai_workflow_health |
  ai_provider_health_check | 10m | AiProviderHealthCheckJob | ai_workflow_health |
  ai_memory_pool_cleanup | 30 3 * * * | AiMemoryPoolCleanupJob | ai_orchestration |
  ai_compound_learning_maintenance | 45 3 * * * | AiCompoundLearningMaintenanceJob | ai_orchestration |
  ai_memory_maintenance | 0 4 * * * | AiMemoryMaintenanceJob | ai_orchestration |
  auth_artifact_cleanup | 0 3 * * * | AuthCleanupJob | maintenance |
  chat_session_cleanup | 0 */6 * * * | ChatSessionCleanupJob | maintenance |
  ai_team_message_cleanup | 0 4 * * * | AiTeamMessageCleanupJob | ai_orchestration |
  ai_trust_decay | 0 2 * * * | AiTrustDecayJob | ai_orchestration |
  ai_budget_rollover | 0 * * * * | AiBudgetRolloverJob | ai_orchestration |
  ai_budget_reconciliation | 0 4 * * * | AiBudgetReconciliationJob | ai_orchestration |
  ai_pricing_sync | 0 1 * * * | AiPricingSyncJob | ai_orchestration |
  ai_skill_lifecycle_daily | 15 4 * * * | AiSkillLifecycleMaintenanceJob | ai_orchestration | ["daily"]
  ai_skill_lifecycle_weekly | 0 5 * * 0 | AiSkillLifecycleMaintenanceJob | ai_orchestration | ["weekly"]
  ai_skill_lifecycle_monthly | 0 3 1 * * | AiSkillLifecycleMaintenanceJob | ai_orchestration | ["monthly"]
  ai_shared_knowledge_maintenance | 30 4 * * * | AiSharedKnowledgeMaintenanceJob | ai_orchestration |
  ai_knowledge_graph_maintenance | 45 4 * * * | AiKnowledgeGraphMaintenanceJob | ai_orchestration |
  ai_knowledge_doc_sync | 30 5 * * * | AiKnowledgeDocSyncJob | maintenance |
  ai_self_healing_monitor | 5m | AiSelfHealingMonitorJob | ai_orchestration |
  ai_trajectory_analysis | 0 5 * * * | AiTrajectoryAnalysisJob | ai_orchestration |
  ai_observation_pipeline | 10m | AiObservationPipelineJob | ai_orchestration |
  ai_goal_maintenance | 30 4 * * * | AiGoalMaintenanceJob | maintenance |
  ai_observation_cleanup | 45 4 * * * | AiObservationCleanupJob | maintenance |
  ai_escalation_timeout | 15m | AiEscalationTimeoutJob | ai_orchestration |
  ai_proposal_expiry | 0 * * * * | AiProposalExpiryJob | maintenance |
  ai_intervention_policy_tuning | 0 6 * * 0 | AiInterventionPolicyTuningJob | maintenance |
  container_instance_reconciliation | */5 * * * * | Devops::ContainerInstanceReconciliationJob | devops_default |
  port_allocation_cleanup | */10 * * * * | Devops::PortAllocationCleanupJob | devops_default |
  integration_health_check | */15 * * * * | Integrations::IntegrationHealthCheckJob | integrations |
  template_maintenance | 0 3 * * 0 | Devops::TemplateMaintenanceJob | devops_default |
  ai_ralph_loop_scheduler | * * * * * | AiRalphLoopSchedulerJob | ai_orchestration |
  ai_stigmergic_signal_decay | */30 * * * * | AiStigmergicSignalDecayJob | ai_orchestration |
  ai_pressure_field_measurement | */15 * * * * | AiPressureFieldMeasurementJob | ai_orchestration |
  ai_pressure_field_decay | 0 * * * * | AiPressureFieldDecayJob | ai_orchestration |
  ai_skill_auto_evolution | 0 5 * * 1 | AiSkillAutoEvolutionJob | ai_orchestration |
  ai_self_challenge_scheduler | 0 6 * * * | AiSelfChallengeSchedulerJob | ai_orchestration |
  ai_governance_scan | 0 */6 * * * | AiGovernanceScanJob | ai_orchestration |
  ai_collusion_detection | 0 3 * * 0 | AiCollusionDetectionJob | ai_orchestration |
  trading_strategy_tick | */5 * * * * | TradingStrategyExecutionJob | trading |
  trading_price_feed | */3 * * * * | TradingPriceFeedJob | trading |
  trading_evolution_epoch | 0 0 * * * | TradingEvolutionEpochJob | trading |
  trading_metrics_snapshot | 0 23 * * * | TradingMetricsSnapshotJob | trading |
  trading_daily_learning | 30 23 * * * | TradingDailyLearningJob | trading |
  trading_sweep_check | 0 */4 * * * | TradingSweepCheckJob | trading |
  trading_venue_withdrawal_check | 30 */4 * * * | TradingVenueWithdrawalCheckJob | trading |
  trading_earnings_transfer | 0 */6 * * * | TradingEarningsTransferJob | trading |
  trading_compounding_check | 0 */4 * * * | TradingCompoundingCheckJob | trading |
  trading_risk_monitor | */15 * * * * | TradingRiskMonitorJob | trading |
  trading_venue_sync | */15 * * * * | TradingVenueSyncJob | trading |
  trading_order_fill_check | */1 * * * * | TradingOrderFillCheckJob | trading |
  trading_phase_review | 0 6 * * * | TradingPhaseReviewJob | trading |
  trading_training_session_runner | * * * * * | TradingTrainingSessionRunnerJob | trading |
  trading_position_cleanup | 0 4 * * * | TradingPositionCleanupJob | trading |
`;

export type SeedEntry = { name: string; when: string; jobClass: string; queue: string; args: any };

export const SEED_TABLE: readonly SeedEntry[] = TABLE.trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([name = '', when = '', jobClass = '', queue = '', args = '']) => ({
    name,
    when,
    jobClass,
    queue,
    args: args === '' ? undefined : JSON.parse(args),
  }));

/** Where the seed's documents name another cadence than its configuration, the documents count. */
export const DOCUMENTED = new Map([
  // Both seed documents, under their headings on schedules: every minute. The configuration says */5.
  ['docker_host_sync', '* * * * *'],
  // The guides: every 30 minutes. The configuration says 10m.
  ['ai_observation_pipeline', '*/30 * * * *'],
  // The guides: every 6 hours. The configuration says daily at 04:30.
  ['ai_goal_maintenance', '0 */6 * * *'],
]);
