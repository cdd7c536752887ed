/** Bytes of results in one answer to the workflow, which asks again: Temporal takes 2 MB at once. */
export const MAX_ANSWER_BYTES = 1_000_000;
