/**
 * The kinds of step that the workflow performs itself, without an activity: no worker knows them,
 * so they take no task queue, heartbeat or cache. Sandbox-safe.
 */
export const WORKFLOW_KINDS = ['values', 'delay', 'wait-for-event', 'pipeline'] as const;

export type WorkflowKind = (typeof WORKFLOW_KINDS)[number];

export const isWorkflowKind = (kind: string): kind is WorkflowKind =>
  (WORKFLOW_KINDS as readonly string[]).includes(kind);
