export { evaluateCommand, trainCommand } from './commands.js';
export { type EvaluateOptions, type Evaluation, evaluate, evaluationTable } from './evaluate.js';
export { Features, featureSettings } from './features.js';
export { type Label, labels, violentExtremism } from './labels.js';
export { type Language, languageOf } from './language.js';
export { highlights, overThreshold, ReferenceModel } from './reference.js';
export { type TrainOptions, train } from './train.js';
export { readWeights, shippedWeights, type Weights } from './weights.js';
