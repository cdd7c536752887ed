/**
 * The learning rate so many epochs after the start. Steps within an epoch count as fractions of it,
 * so that a schedule means the same whatever the batch size.
 */
export type Schedule = (epochs: number) => number;
