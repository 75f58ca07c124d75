import FleetJobs
import Testing

@Suite("States of jobs")
struct JobStateTests {
  @Test func keepTheirSpelling() {
    #expect(
      JobState.allCases.map(\.rawValue) == [
        "queued", "running", "done", "infeasible", "failed", "timed_out", "cancelled",
      ])
  }
}
