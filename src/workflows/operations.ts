/**
 * The operations of a run: everything that must end before the run may go on in a new execution.
 *
 * Temporal keeps a run's history, and says when it grows long. The run then *drains*: operations
 * that are under way end, no new one begins, and once all is quiet the run goes on as a new
 * execution with an empty history. Waiting for people, events and times is no operation: it is
 * state that the new execution takes over.
 *
 * An operation may take hours. A drain that one holds up is given up after a while, so that the
 * rest of the run is not held up too, and tried again later; near the length at which Temporal
 * ends a run, nothing begins until the drain is done.
 */
import { condition, workflowInfo } from '@temporalio/workflow';

const PATIENCE = '30s';
/** Events between a drain that was given up and the next. */
const NEXT_TRY_EVENTS = 2_000;
/** Temporal ends a run at 51,200 events. */
const MOST_EVENTS = 30_000;

export class Operations {
  private underWay = 0;
  private draining = false;
  /** Length of the history from which the next drain may start. */
  private drainFrom = 0;

  /** Waits while the run drains; in a run that is replaced meanwhile, for ever. */
  perform<T>(operation: () => Promise<T>): Promise<T> {
    if (!this.draining && this.isLong()) this.drain();
    if (!this.draining) return this.performNow(operation);
    return condition(() => !this.draining).then(() => this.performNow(operation));
  }

  /** For what others wait for who must be done before a drain is. */
  performNow<T>(operation: () => Promise<T>): Promise<T> {
    this.underWay += 1;
    return operation().then(
      (result) => {
        this.underWay -= 1;
        return result;
      },
      (error: unknown) => {
        this.underWay -= 1;
        throw error;
      },
    );
  }

  /** Nothing is under way, and a new execution shall take over. */
  isDrained(): boolean {
    return this.draining && this.underWay === 0;
  }

  private isLong(): boolean {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    return continueAsNewSuggested && historyLength >= this.drainFrom;
  }

  private drain(): void {
    this.draining = true;
    if (workflowInfo().historyLength >= MOST_EVENTS) return;
    void condition(() => this.underWay === 0, PATIENCE).then(
      (isQuiet) => {
        if (!isQuiet) this.giveUp();
      },
      // Cancelled: the run is ending, and what it does then must not wait.
      () => this.giveUp(),
    );
  }

  private giveUp(): void {
    this.draining = false;
    this.drainFrom = workflowInfo().historyLength + NEXT_TRY_EVENTS;
  }
}
