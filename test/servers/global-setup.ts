/** All of a run's workers use the servers in the name of one process, whose end ends the use. */
export default function setup(): void {
  process.env.TEST_USER = String(process.pid);
}
