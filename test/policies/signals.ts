import type { SignalInfo } from '../../services/policies/index.js';

/** What the policy that comes with the program names. */
export const signals: SignalInfo[] = [
  { name: 'test-post', labels: ['standard-test-post'], evidence: { 'standard-test-post': 'always' }, cost: 'cheap' },
  {
    name: 'known-text',
    labels: ['known-text', 'known-text-near', 'known-text-similar'],
    evidence: { 'known-text': 'confirmed', 'known-text-near': 'confirmed' },
    cost: 'cheap',
  },
  { name: 'known-link', labels: ['known-link'], evidence: { 'known-link': 'confirmed' }, cost: 'cheap' },
  {
    name: 'known-media',
    labels: ['known-media', 'known-media-near'],
    evidence: { 'known-media': 'confirmed' },
    cost: 'cheap',
  },
  {
    name: 'text-model',
    labels: ['any', 've', 'weak', 'hate', 'incitement', 'glorification', 'recruitment', 'threat', 'news'],
    context: ['news'],
    cost: 'model',
  },
  { name: 'terms', labels: ['term', 'term-review'], cost: 'cheap' },
  { name: 'hma', labels: ['hma'], cost: 'remote' },
  {
    name: 'fetched-media',
    labels: ['known-media', 'known-media-near', 'media-unread'],
    evidence: { 'known-media': 'confirmed' },
    cost: 'remote',
  },
];
