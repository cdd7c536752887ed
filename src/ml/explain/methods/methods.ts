import type { Explanations } from '../../model.ts';
import type { LocalMethod } from '../local-method.ts';
import { anchorsMethod } from './anchors.ts';
import { counterfactualMethod } from './counterfactual.ts';
import { exactShapMethod } from './exact-shap.ts';
import { expectedGradientsMethod } from './expected-gradients.ts';
import { gradCamMethod } from './grad-cam.ts';
import { integratedGradientsMethod } from './integrated-gradients.ts';
import { kernelShapMethod } from './kernel-shap.ts';
import { limeMethod } from './lime.ts';
import { occlusionMethod } from './occlusion.ts';
import { passageShapMethod } from './passage-shap.ts';
import { permutationShapMethod } from './permutation-shap.ts';
import { saliencyMethod } from './saliency.ts';
import { smoothGradMethod } from './smoothgrad.ts';

/** Every way to explain a single prediction, by its name in a pipeline. */
export const LOCAL_METHODS: Readonly<Record<Explanations['method'], LocalMethod>> = {
  'exact-shap': exactShapMethod,
  'kernel-shap': kernelShapMethod,
  'permutation-shap': permutationShapMethod,
  lime: limeMethod,
  'passage-shap': passageShapMethod,
  'integrated-gradients': integratedGradientsMethod,
  'expected-gradients': expectedGradientsMethod,
  saliency: saliencyMethod,
  smoothgrad: smoothGradMethod,
  'grad-cam': gradCamMethod,
  occlusion: occlusionMethod,
  counterfactual: counterfactualMethod,
  anchors: anchorsMethod,
};
