import FleetJSON
import Foundation
import Testing

@testable import fleetplan

/// The Slurm script of `examples/cluster`, run by a real Slurm of one node.
@Suite(.serialized) struct SlurmTests {
  /// What is missing for a Slurm; nil when there is nothing. Where `FLEETPLAN_REQUIRE_SLURM` is 1 the test runs, and fails.
  static let missing: String? = {
    if ProcessInfo.processInfo.environment["FLEETPLAN_REQUIRE_SLURM"] == "1" { return nil }
    if geteuid() != 0 { return "Slurm's daemons are started as root" }
    let folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]
    for program in ["munged", "slurmctld", "slurmd", "sbatch", "scontrol", "squeue"] {
      let isThere = folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
      if !isThere { return "\(program) is not installed (Debian: slurm-wlm, munge)" }
    }
    return nil
  }()

  /// Four tasks on 40 problems; one of them is killed midway with all its processes and put back into the queue: every problem has
  /// the answer that a plain run gives, and none is solved twice.
  @Test(.enabled(if: missing == nil, "\(missing ?? "")"), .timeLimit(.minutes(5)))
  func arrayWithAKilledTask() throws {
    let folder = try TemporaryFolder()
    let problems = folder.path + "/problems"
    try ClusterProblems.write(to: problems)
    let slurm = try SlurmNode(cpus: 4)
    defer { slurm.stop() }

    // A task that is through before it is caught proves nothing: once more, into another folder.
    var output = BatchOutput(path: "")
    var task = ""
    var own: String?
    for round in 1...5 where own == nil {
      output.path = folder.path + "/out-\(round)"
      let job = try slurm.submit(
        Repository.root + "/examples/cluster/slurm-array.sh", in: folder.path,
        environment: ["PROBLEMS": problems, "OUT": output.path, "OPTIONS": "--no-reports"])
      task = "\(job)_2"
      own = try Self.frozenJob(of: task, in: output, slurm)
    }
    #expect(own != nil, "no task was caught while it solved")
    for process in slurm.processes(of: task) { kill(process, SIGKILL) }
    _ = try slurm.waitFor("the killed task to end") { slurm.isEnded(task) ? true : nil }
    try slurm.control(["requeue", task])
    _ = try slurm.waitFor("all tasks to end", seconds: 240) { slurm.isIdle ? true : nil }

    let jobs = try output.jobs()
    #expect(jobs.count == ClusterProblems.count)
    #expect(jobs.filter { $0.state != "done" }.map(\.id) == [], "\(slurm.logs)")
    // The job that was interrupted has two attempts; every other was worked on once.
    #expect(jobs.filter { $0.attempt != 1 }.map(\.id) == [own])
    #expect(jobs.first { $0.id == own }?.attempt == 2)
    for job in jobs {
      #expect(job.leases == job.attempt, "\(job.id)")
      #expect(job.solves == (job.sameAs == nil ? job.attempt : 0), "\(job.id)")
    }
    // Identical problems are solved once, whichever task has them.
    #expect(jobs.filter { $0.sameAs != nil }.count == ClusterProblems.pairs)
    #expect(Set(jobs.filter { $0.sameAs == nil }.map(\.key)).count == ClusterProblems.count - ClusterProblems.pairs)
    #expect(slurm.restarts(of: task) == 1)

    let plain = BatchOutput(path: folder.path + "/plain")
    let run = try CommandRun(
      ["batch", "run", problems, "--output", plain.path, "--no-reports", "--quiet"], in: folder,
      environment: ["FLEETPLAN_MODELS": Repository.models])
    #expect(run.status == 0)
    for job in jobs {
      #expect(output.file("plan.json", of: job.id) == plain.file("plan.json", of: job.id), "\(job.id)")
      #expect(output.file("problem.json", of: job.id) == plain.file("problem.json", of: job.id), "\(job.id)")
    }

    let collected = try CommandRun(["batch", "collect", output.path, plain.path, "--json"], in: folder)
    #expect(collected.status == 0)
    let answer = try collected.json()
    #expect(answer["jobs"]?.elements.count == ClusterProblems.count)
    #expect(answer["counts"]?["done"]?.number == Double(ClusterProblems.count))
    #expect(answer["conflicts"]?.elements.isEmpty == true)
    #expect(answer["missing"]?.elements.isEmpty == true)
  }

  /// A task that is cancelled ends what it solves and leaves the rest queued; the next array goes on from there, also over its
  /// time limit.
  @Test(.enabled(if: missing == nil, "\(missing ?? "")"), .timeLimit(.minutes(5)))
  func cancelledTasksDrain() throws {
    let folder = try TemporaryFolder()
    let problems = folder.path + "/problems"
    try ClusterProblems.write(to: problems)
    let slurm = try SlurmNode(cpus: 2)
    defer { slurm.stop() }
    let output = BatchOutput(path: folder.path + "/out")
    let script = Repository.root + "/examples/cluster/slurm-array.sh"
    let variables = ["PROBLEMS": problems, "OUT": output.path, "OPTIONS": "--no-reports"]
    let first = try slurm.submit(script, in: folder.path, environment: variables, arguments: ["--array=0-0"])
    _ = try slurm.waitFor("some answers") {
      ((try? output.jobs()) ?? []).filter { $0.state == "done" }.count >= 3 ? true : nil
    }
    try slurm.run("scancel", [first])
    _ = try slurm.waitFor("the cancelled task to end") { slurm.isIdle ? true : nil }
    let between = try output.jobs()
    #expect(between.allSatisfy { $0.state == "done" || $0.state == "queued" }, "\(between.map(\.state))")
    #expect(between.contains { $0.state == "queued" })

    // What Slurm sends before the time limit: the task puts itself back into the queue and goes on later.
    let second = try slurm.submit(script, in: folder.path, environment: variables, arguments: ["--array=0-0"])
    let answered = between.filter { $0.state == "done" }.count
    _ = try slurm.waitFor("more answers") {
      ((try? output.jobs()) ?? []).filter { $0.state == "done" }.count >= answered + 3 ? true : nil
    }
    try slurm.run("scancel", ["--batch", "--signal=USR1", second])
    _ = try slurm.waitFor("the task to be started again") { slurm.restarts(of: second + "_0") == 1 ? true : nil }
    _ = try slurm.waitFor("all tasks to end", seconds: 240) { slurm.isIdle ? true : nil }
    let jobs = try output.jobs()
    #expect(jobs.count == ClusterProblems.count)
    #expect(jobs.allSatisfy { $0.state == "done" })
    #expect(jobs.allSatisfy { $0.solves <= 1 }, "nothing is solved twice")
  }

  /// Freezes the processes of a task while it solves a job, and has solved others before.
  /// - Returns: The job; nil when the task came to its end first.
  private static func frozenJob(of task: String, in output: BatchOutput, _ slurm: SlurmNode) throws -> String? {
    let processes = try slurm.waitFor("the processes of the task") { () -> [Int32]? in
      let processes = slurm.processes(of: task)
      return processes.count >= 3 || slurm.isEnded(task) ? processes : nil
    }
    while processes.contains(where: { kill($0, 0) == 0 }) {
      for process in processes { kill(process, SIGSTOP) }
      if let job = runningJob(in: output, heldBy: processes) { return job }
      for process in processes { kill(process, SIGCONT) }
      usleep(3000)
    }
    return nil
  }

  /// The job that one of the processes solves, where they have solved others before.
  private static func runningJob(in output: BatchOutput, heldBy processes: [Int32]) -> String? {
    var answered = 0
    var running: String?
    for job in (try? output.jobs()) ?? [] {
      guard let bytes = output.file("lease.1", of: job.id),
        let lease = try? JSONSerialization.jsonObject(with: bytes) as? [String: Any],
        let pid = lease["pid"] as? Int, processes.contains(Int32(pid))
      else { continue }
      if job.state == "done" { answered += 1 }
      if job.state == "running", job.solves == 1 { running = job.id }
    }
    return answered >= 2 ? running : nil
  }
}
