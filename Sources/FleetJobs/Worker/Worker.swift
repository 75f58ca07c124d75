import FleetJSON
import FleetOptimization
import FleetPlanning
import FleetReporting
import FleetServing
import Foundation
import Synchronization

/// The side of a worker process: reads requests, solves, answers, until its input ends.
///
/// The end of the input ends the process at once, also in the middle of a search: a runner that is killed leaves no orphans.
public final class Worker: Sendable {
  private let catalog: Catalog
  private let waiting = Mutex<[WorkerRequest]>([])
  private let arrived = DispatchSemaphore(value: 0)
  private let cancellation = Mutex<Cancellation?>(nil)

  public init(catalog: Catalog) {
    self.catalog = catalog
  }

  /// Serves the process's standard streams; does not return. What anything prints goes to the error stream.
  /// - Parameter memoryLimitMebibytes: Address space that the process may use beyond what it has when it is idle.
  public func serve(memoryLimitMebibytes: Int? = nil) -> Never {
    let answers = WorkerStreams.takeOutput()
    WorkerStreams.ignoreInterrupts()
    // Before the limit: without this thread nothing would ever be heard.
    Thread.detachNewThread { self.readRequests() }
    if let memoryLimitMebibytes {
      let isSet = DispatchSemaphore(value: 0)
      Thread.detachNewThread {
        let bytes = WorkerStreams.limitMemory(mebibytes: memoryLimitMebibytes)
        isSet.signal()
        WorkerStreams.watchMemory(bytes: bytes, mebibytes: memoryLimitMebibytes)
      }
      isSet.wait()
    }
    while true {
      arrived.wait()
      guard let request = waiting.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { continue }
      let answer = answer(to: request)
      WorkerStreams.write(answer.encoded().encoded(pretty: false), to: answers)
    }
  }

  private func readRequests() {
    var lines = LineReader(descriptor: WorkerStreams.input)
    while let line = lines.next() {
      do throws(Faults) {
        switch try WorkerRequest.line(line) {
        case .request(let request):
          waiting.withLock { $0.append(request) }
          arrived.signal()
        case .endSearch:
          cancellation.withLock { $0?.cancel() }
        }
      } catch {
        WorkerStreams.write("\(error)\n", to: WorkerStreams.errors)
      }
    }
    WorkerStreams.exitAtOnce()
  }

  /// Solves one problem.
  func answer(to request: WorkerRequest) -> WorkerAnswer {
    var answer = WorkerAnswer(id: request.id)
    answer.catalogHash = catalog.hash
    do {
      let bytes = try InputFile.read(path: request.problem)
      var problem = try PlanningProblem(
        json: bytes, source: request.source, baseDirectory: folder(of: request.source), catalog: catalog)
      if request.options.robust { problem.policy.robust = true }
      answer.inputHash = problem.inputHash
      let plan = try solve(problem, request.options)
      answer.planStatus = plan.status
      answer.objectiveName = plan.objectiveName
      answer.objective = plan.objective
      answer.costUSDPerHour = plan.costUSDPerHour
      answer.gap = plan.gap
      answer.error = plan.unsolvedReason ?? plan.conflict?.summary
      answer.plan = plan.encoded().encoded()
      if request.wantsReport { answer.report = HTMLReport.render(Report(plan: plan)) }
    } catch let faults as Faults {
      answer.error = "the problem cannot be read"
      answer.faults = faults.all
    } catch {
      answer.error = "\(error)"
    }
    return answer
  }

  private func solve(_ problem: PlanningProblem, _ options: JobOptions) throws -> Plan {
    var planner = Planner(catalog: catalog)
    planner.timeLimitSeconds = options.timeLimitSeconds
    planner.relativeGap = options.relativeGap
    planner.solvesBaselines = options.baselines
    let cancellation = Cancellation()
    planner.cancellation = cancellation
    self.cancellation.withLock { $0 = cancellation }
    defer { self.cancellation.withLock { $0 = nil } }
    return try planner.solve(problem)
  }
}

/// The folder of a file, with its slash; empty for the working directory.
func folder(of path: String) -> String {
  path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? ""
}
