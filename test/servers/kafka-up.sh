#!/usr/bin/env bash
# Starts Apache Kafka (one KRaft node, from Maven Central's jars) on 127.0.0.1; does nothing where it runs already.
# KAFKA_VERSION (3.9.1), KAFKA_PORT (29092), KAFKA_CONTROLLER_PORT (the next one), KAFKA_HEAP (512m); INFRA_HOME: see common.sh.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
VERSION=${KAFKA_VERSION:-3.9.1}
PORT=${KAFKA_PORT:-29092}
CONTROLLER=${KAFKA_CONTROLLER_PORT:-$((PORT + 1))}
LIBS=$STATE/cache/kafka-$VERSION
WHERE="127.0.0.1:$PORT"

command -v java >/dev/null || die 'no java on PATH'
claim "kafka-$VERSION-$PORT"
done_if_running "$WHERE"

fetch() {
  local pom=$RUN/pom.xml log=$RUN/maven.log
  command -v mvn >/dev/null || die 'no mvn on PATH, and the jars of Kafka are not there yet'
  cat >"$pom" <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>sansdelai</groupId>
  <artifactId>kafka-broker</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$VERSION</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
XML
  mvn -q -B -f "$pom" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$LIBS" >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; die "Maven could not fetch Kafka $VERSION"; }
  touch "$LIBS/.complete"
}
# Two brokers of one version may start at once: the jars have a lock of their own.
[ -f "$LIBS/.complete" ] || (lock "$LIBS.lock" && { [ -f "$LIBS/.complete" ] || fetch; })

cat >"$RUN/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$CONTROLLER
listeners=PLAINTEXT://127.0.0.1:$PORT,CONTROLLER://127.0.0.1:$CONTROLLER
advertised.listeners=PLAINTEXT://127.0.0.1:$PORT
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=$RUN/data
auto.create.topics.enable=false
num.partitions=6
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=8388608
PROPERTIES

if [ ! -f "$RUN/data/meta.properties" ]; then
  java -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$LIBS/*" kafka.tools.StorageTool \
    format -t MkU3OEVBNTcwNTJENDM2Qg -c "$RUN/server.properties" >"$RUN/format.log" 2>&1 ||
    { cat "$RUN/format.log" >&2; die 'Kafka could not format its folder'; }
fi

launch java -Xms64m "-Xmx${KAFKA_HEAP:-512m}" -XX:+UseSerialGC -Xshare:auto -Djava.awt.headless=true \
  -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info \
  -Dorg.slf4j.simpleLogger.showDateTime=true -cp "$LIBS/*" kafka.Kafka "$RUN/server.properties"
ready 90 "$WHERE" grep -q 'Kafka Server started' "$RUN/log"
