/** `temporal.api.enums.v1.TaskQueueType`, so that the whole of the protocol need not be loaded. */
export const proto3TaskQueueType = { workflow: 1, activity: 2 } as const;
