export { endIncidentSchema, type NewIncident, newIncidentSchema } from './bodies.js';
export { type BankEnd, type BankTally, endIncidents, type IncidentReport } from './ending.js';
export { followIncidents, type Incidents } from './follow.js';
export { incidentRoutes } from './http.js';
export { type Incident, withIncidents } from './overlay.js';
export { incidentKind, peopleOfIncidents } from './store.js';
export { incidentsTable } from './tables.js';
