/**
 * Of activities that look at data for a trigger. Tried again for a day: a disk that is away for a
 * while must not end the trigger.
 */
export const LOOK_OPTIONS = {
  startToCloseTimeout: '1h',
  scheduleToCloseTimeout: '1d',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '1s', maximumInterval: '1m' },
} as const;
