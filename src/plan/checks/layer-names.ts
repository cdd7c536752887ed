/** What the layers of a model are called, where the file writes them out. */
import { isJsonObject, type Json } from '../../json.ts';
import type { LayerSpec } from '../../layers/layer-spec.ts';
import { completeLayer, readLayer } from '../../layers/read-layer.ts';
import { wireLayers } from '../../layers/wire-layers.ts';
import { type CheckedStep, literal, producer, type StepCheck } from './checked-step.ts';
import { inputsOfDataset } from './dataset-inputs.ts';

/** @returns `null` where they cannot be told. */
export function layerNamesOf(
  model: CheckedStep,
  stepOf: Parameters<StepCheck>[1],
): readonly string[] | null {
  const architect = producer(model, 'architecture', stepOf);
  if (!architect || literal(architect, 'family') !== 'layers') return null;
  const dataset = producer(architect, 'dataset', stepOf);
  const inputs = dataset && inputsOfDataset(dataset);
  const given = literal(architect, 'layers');
  const layers = (Array.isArray(given) ? (given as readonly Json[]) : []).map((item) => {
    if (!isJsonObject(item)) return null;
    const read = readLayer(completeLayer(item, { activation: 'relu', vocabulary: Number.NaN }));
    return 'layer' in read ? read.layer : null;
  });
  if (!inputs || layers.length === 0 || layers.includes(null)) return null;
  const wiring = wireLayers(
    layers as readonly LayerSpec[],
    inputs.map(({ name }) => name),
  );
  return 'wires' in wiring ? wiring.wires.map(({ name }) => name) : null;
}
