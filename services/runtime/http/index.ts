export { parseBody, parseJson, parseQuery, problemsOf, readBody } from './body.js';
export { Problem, sendProblem, toProblem } from './problem.js';
export { type HttpServer, listen } from './server.js';
