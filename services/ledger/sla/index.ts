export { slaSchema } from './answer.js';
export { type Dimension, dimensions, type Figure, figuresOf } from './figures.js';
export { type Figures, type FiguresQuery, readFigures } from './read.js';
export { slaQuery, slaRoutes } from './routes.js';
export { emptyTrack, follow, moveId, type Span, spansOf, type Track } from './spans.js';
export { type SlaRows, slaTables } from './tables.js';
export { type EnteredMove, figureWrites, unsealWrites } from './writes.js';
