/** A process of its own: loads the backend, trains a small CNN for a moment, prints the figures. */
import { loadBackend } from '../ml/backend.ts';
import type { BackendProbe } from './check-backend.ts';

const BATCH = 32;

const { tf, name, fingerprint, warning } = await loadBackend();
/** A slow backend gets one batch, a fast one enough to time. */
const batches = name === 'cpu' ? 1 : 10;

const images = tf.zeros<import('@tensorflow/tfjs').Rank.R4>([BATCH, 28, 28, 1]);
const kernel = tf.variable(tf.ones<import('@tensorflow/tfjs').Rank.R4>([3, 3, 1, 16]));
const dense = tf.variable(tf.ones([14 * 14 * 16, 10]));

function trainStep(): void {
  const { value, grads } = tf.variableGrads(() =>
    tf
      .matMul(
        tf
          .maxPool(tf.relu(tf.conv2d(images, kernel, 1, 'same')), 2, 2, 'same')
          .reshape([BATCH, -1]),
        dense,
      )
      .mean()
      .asScalar(),
  );
  value.dataSync();
  tf.dispose([value, grads]);
}

trainStep();
const startedAt = performance.now();
for (let batch = 0; batch < batches; batch++) trainStep();
const trainImagesPerSecond = (1000 * BATCH * batches) / (performance.now() - startedAt);
const probe: BackendProbe = { name, fingerprint, warning, trainImagesPerSecond };
process.stdout.write(JSON.stringify(probe));
