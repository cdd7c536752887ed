/** Names of deployments and their builds, as far as Temporal takes them. */
import { InvalidArgumentError } from 'commander';

/** Temporal joins the two with a dot or a colon, so that a deployment's name may hold neither. */
const DEPLOYMENT = /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,62}$/;
const BUILD = /^[a-zA-Z0-9][a-zA-Z0-9._+-]{0,127}$/;

/** Parsers of options; commander reports what they refuse, with exit code 2. */
export function deploymentName(text: string): string {
  if (DEPLOYMENT.test(text)) return text;
  throw new InvalidArgumentError('Write up to 63 letters, digits, - and _, such as trainers.');
}

export function buildName(text: string): string {
  if (BUILD.test(text)) return text;
  throw new InvalidArgumentError('Write up to 128 letters, digits and . _ + -, such as a commit.');
}
