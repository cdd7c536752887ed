/** Who may deliver to a receiver without a secret. */
import type { IncomingHttpHeaders } from 'node:http';
import { PipelineError } from '../errors.ts';
import { foreignSender } from '../net/foreign-sender.ts';

/** @throws PipelineError `WEBHOOK_UNAUTHENTICATED` */
export function requireLocalSender(headers: IncomingHttpHeaders): void {
  const problem = foreignSender(headers, 'the delivery');
  if (problem === null) return;
  throw new PipelineError('WEBHOOK_UNAUTHENTICATED', `${problem}, and there is no secret here`, {
    remedy: 'start the receiver with --secret-env, and give the sender that secret',
  });
}
