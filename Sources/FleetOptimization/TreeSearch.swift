import CGLPK
import CGLPKBridge

/// What GLPK's branch and bound tells at a callback.
struct TreeEvent {
  let session: GLPKSession
  let tree: OpaquePointer
  let pointer: OpaquePointer
  let event: fo_event

  var reason: Int32 { event.reason }
  var level: Int { Int(event.level) }
  var nodes: Int { Int(event.nodes) }

  /// Objective of the incumbent that GLPK holds. Read at every callback: GLPK does not announce solutions that it was offered.
  var incumbent: Double? { event.mip_status == GLP_FEAS || event.mip_status == GLP_OPT ? event.mip_objective : nil }

  /// Best bound over the open subproblems; `nil` before the root is solved.
  var bound: Double? {
    let bound = fo_tree_bound(session.handle, tree)
    return bound == -Double.greatestFiniteMagnitude ? nil : bound
  }

  /// Offers a solution; GLPK takes it if it is better than the incumbent.
  func offer(_ values: [Double]) { fo_tree_offer(session.handle, tree, [0] + values) }

  /// Values of the integer solution that GLPK holds.
  func incumbentValues(columnCount: Int) -> [Double] {
    [Double](unsafeUninitializedCapacity: columnCount) { buffer, count in
      fo_mip_solution(pointer, buffer.baseAddress)
      count = columnCount
    }
  }
}

extension GLPKProblem {
  /// Runs `glp_intopt` from the optimal basis that the problem holds. `handler` returns whether to go on.
  /// Returns GLPK's code.
  func search(
    configure: (inout fo_search_options) -> Void, handler: (TreeEvent) -> Bool
  ) throws(GLPKFailure) -> Int32 {
    var options = fo_search_options()
    fo_default_search_options(&options)
    configure(&options)
    let code = withoutActuallyEscaping(handler) { handler in
      let call = TreeHandler(session: session, handler: handler)
      return withUnsafePointer(to: call) { context in
        fo_intopt(
          session.handle, pointer, &options,
          { context, tree, problem, event in
            guard let context, let tree, let problem, let event else { return 1 }
            let call = context.assumingMemoryBound(to: TreeHandler.self).pointee
            let step = TreeEvent(session: call.session, tree: tree, pointer: problem, event: event.pointee)
            return call.handler(step) ? 0 : 1
          }, UnsafeMutableRawPointer(mutating: context))
      }
    }
    return try check(code)
  }
}

private struct TreeHandler {
  let session: GLPKSession
  let handler: (TreeEvent) -> Bool
}
