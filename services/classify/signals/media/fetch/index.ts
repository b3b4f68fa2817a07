export { type Fetched, type Fetcher, type FetcherOptions, type MediaSource, startFetcher } from './fetcher.js';
