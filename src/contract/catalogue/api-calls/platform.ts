import { z } from 'zod';
import { apiCallsOf } from '../define-api-call.ts';

const call = apiCallsOf('default', 3);
const upkeep = apiCallsOf('maintenance', 2);
const devops = apiCallsOf('devops_default', 2);
const compliance = apiCallsOf('compliance', 3);

export const approvalExpiry = call(
  'devops.approval_expiry',
  'POST internal/devops/approval_tokens/expire_stale',
  'Devops::ApprovalExpiryJob',
);
export const workflowApprovalExpiry = call(
  'ai_workflow.approval_expiry',
  'POST internal/ai_workflow_approvals/expire_stale',
  'AiWorkflow::ApprovalExpiryJob',
);
export const backup = apiCallsOf('maintenance', 3)(
  'maintenance.scheduled_backup',
  'POST internal/maintenance/backups',
  'Maintenance::ScheduledBackupJob',
  z.looseObject({ backup_type: z.enum(['full', 'schema_only']).default('full') }),
);
export const authCleanup = upkeep(
  'maintenance.auth_cleanup',
  'POST internal/maintenance/cleanup_auth_artifacts',
  'AuthCleanupJob',
);
export const chatSessions = apiCallsOf('maintenance', 1)(
  'chat.session_cleanup',
  'POST chat/channels/cleanup_sessions',
  'ChatSessionCleanupJob',
);
export const instances = devops(
  'devops.container_instance_reconciliation',
  'POST internal/devops/maintenance/reconcile_instances',
  'Devops::ContainerInstanceReconciliationJob',
);
export const ports = devops(
  'devops.port_allocation_cleanup',
  'POST internal/devops/maintenance/cleanup_expired_ports',
  'Devops::PortAllocationCleanupJob',
);
const days = z.number().int().min(1);
export const templates = apiCallsOf('devops_default', 1)(
  'devops.template_maintenance',
  'POST internal/devops/maintenance/archive_stale_templates',
  'Devops::TemplateMaintenanceJob',
  z.looseObject({
    stale_days: days.default(90),
    build_retention_days: days.default(30),
    builds_to_keep: z.number().int().min(0).default(5),
  }),
);

// The seed's jobs below walk through several calls themselves, or speak to Docker. Until such a job is here, one call
// asks the backend to do the whole; these routes are ours, and a backend without them fails the job with
// `endpoint_missing`.
export const backupCleanup = upkeep(
  'maintenance.backup_cleanup',
  'POST internal/maintenance/backups/cleanup',
  'Maintenance::BackupCleanupJob',
);
export const accountTermination = compliance(
  'compliance.account_termination',
  'POST internal/account_terminations/process_due',
  'Compliance::AccountTerminationJob',
);
export const dataRetention = compliance(
  'compliance.data_retention_enforcement',
  'POST internal/data_retention_policies/enforce_all',
  'Compliance::DataRetentionEnforcementJob',
);
export const swarmSync = devops('swarm.cluster_sync', 'POST internal/devops/swarm/sync_all', 'Swarm::ClusterSyncJob');
export const swarmHealth = devops(
  'swarm.health_check',
  'POST internal/devops/swarm/check_health',
  'Swarm::HealthCheckJob',
);
export const swarmEvents = upkeep(
  'swarm.event_cleanup',
  'POST internal/devops/swarm/events/cleanup',
  'Swarm::EventCleanupJob',
);
export const dockerSync = devops('docker.host_sync', 'POST internal/devops/docker/sync_all', 'Docker::HostSyncJob');
export const dockerHealth = devops(
  'docker.health_check',
  'POST internal/devops/docker/check_health',
  'Docker::HealthCheckJob',
);
export const dockerEvents = apiCallsOf('maintenance', 1)(
  'docker.event_cleanup',
  'POST internal/devops/docker/events/cleanup',
  'Docker::EventCleanupJob',
);
export const runnerHealth = devops(
  'git.runner_health_check',
  'POST internal/git/runners/check_health',
  'Git::RunnerHealthCheckJob',
);
export const integrationHealth = apiCallsOf('integrations', 3)(
  'integrations.health_check',
  'POST integrations/instances/check_health',
  'Integrations::IntegrationHealthCheckJob',
);
