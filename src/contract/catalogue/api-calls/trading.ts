import { apiCallsOf } from '../define-api-call.ts';

const once = apiCallsOf('trading', 1);
const twice = apiCallsOf('trading', 2);
const never = apiCallsOf('trading', 0);

export const priceFeed = twice('trading.price_feed', 'POST internal/trading/fetch_prices', 'TradingPriceFeedJob');
export const evolutionEpoch = once(
  'trading.evolution_epoch',
  'POST internal/trading/run_evolution_epoch',
  'TradingEvolutionEpochJob',
);
export const metricsSnapshot = twice(
  'trading.metrics_snapshot',
  'POST internal/trading/calculate_metrics',
  'TradingMetricsSnapshotJob',
);
export const dailyLearning = once(
  'trading.daily_learning',
  'POST internal/trading/run_daily_learning',
  'TradingDailyLearningJob',
);
export const sweepCheck = once(
  'trading.sweep_check',
  'POST internal/trading/check_sweep_opportunities',
  'TradingSweepCheckJob',
);
export const withdrawalCheck = once(
  'trading.venue_withdrawal_check',
  'POST internal/trading/check_venue_withdrawals',
  'TradingVenueWithdrawalCheckJob',
);
export const earningsTransfer = once(
  'trading.earnings_transfer',
  'POST internal/trading/check_earnings_transfers',
  'TradingEarningsTransferJob',
);
export const compoundingCheck = once(
  'trading.compounding_check',
  'POST internal/trading/check_compounding',
  'TradingCompoundingCheckJob',
);
export const riskMonitor = twice('trading.risk_monitor', 'POST internal/trading/check_risk', 'TradingRiskMonitorJob');
export const venueSync = twice('trading.venue_sync', 'POST internal/trading/sync_venue', 'TradingVenueSyncJob');
export const phaseReview = once('trading.phase_review', 'POST internal/trading/review_phase', 'TradingPhaseReviewJob');
export const positionCleanup = once(
  'trading.position_cleanup',
  'POST internal/trading/cleanup_stale_positions',
  'TradingPositionCleanupJob',
);

// The seed's jobs below walk through several calls themselves. Until such a job is here, one call asks the backend to
// do the whole; these routes are ours, and a backend without them fails the job with `endpoint_missing`.
export const strategyTick = twice(
  'trading.strategy_tick',
  'POST internal/trading/tick_strategies',
  'TradingStrategyExecutionJob',
);
export const orderFills = twice(
  'trading.order_fill_check',
  'POST internal/trading/check_order_fills',
  'TradingOrderFillCheckJob',
);
export const trainingSessions = never(
  'trading.training_session_runner',
  'POST internal/trading/run_training_sessions',
  'TradingTrainingSessionRunnerJob',
);
