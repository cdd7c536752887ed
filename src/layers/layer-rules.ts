/** The table of layer types. */
import { convolution1dRule, convolution2dRule } from './convolution-rules.ts';
import { denseRule } from './dense-rule.ts';
import type { LayerRule } from './layer-rule.ts';
import type { LayerType } from './layer-spec.ts';
import { concatenateRule, elementwiseRule } from './merge-rules.ts';
import { batchNormalizationRule, layerNormalizationRule } from './normalization-rules.ts';
import { activationRule, dropoutRule, flattenRule, reshapeRule } from './plain-rules.ts';
import { globalPooling1dRule, globalPooling2dRule, poolingRule } from './pooling-rules.ts';
import { bidirectionalRule, gruRule, lstmRule, simpleRnnRule } from './recurrent-rules.ts';
import { attentionRule, embeddingRule, positionsRule } from './sequence-rules.ts';

/** A rule is only ever asked about layers of its own type. */
export const LAYER_RULES = {
  dense: denseRule,
  conv2d: convolution2dRule,
  conv1d: convolution1dRule,
  maxPooling2d: poolingRule,
  averagePooling2d: poolingRule,
  maxPooling1d: poolingRule,
  averagePooling1d: poolingRule,
  globalAveragePooling2d: globalPooling2dRule,
  globalAveragePooling1d: globalPooling1dRule,
  globalMaxPooling1d: globalPooling1dRule,
  flatten: flattenRule,
  reshape: reshapeRule,
  dropout: dropoutRule,
  activation: activationRule,
  batchNormalization: batchNormalizationRule,
  layerNormalization: layerNormalizationRule,
  embedding: embeddingRule,
  positionalEncoding: positionsRule,
  multiHeadAttention: attentionRule,
  simpleRnn: simpleRnnRule,
  lstm: lstmRule,
  gru: gruRule,
  bidirectional: bidirectionalRule,
  add: elementwiseRule,
  multiply: elementwiseRule,
  concatenate: concatenateRule,
} as unknown as Readonly<Record<LayerType, LayerRule>>;
