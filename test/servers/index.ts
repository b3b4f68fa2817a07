export { freshDatabase, freshRedis, freshTopicPrefix } from './fresh.js';
export { chromiumPath, missing, type Need } from './missing.js';
export {
  type Kafka,
  type KafkaVersion,
  type Postgres,
  type Prometheus,
  type Redis,
  release,
  type Server,
  type Sharing,
  startKafka,
  startPostgres,
  startPrometheus,
  startRedis,
} from './start.js';
export { withServers } from './with-servers.js';
