export { openingsBefore, openingsBetween } from './openings.js';
export { makeReport, type ReportQuery } from './report.js';
export { publishRoutes } from './routes.js';
