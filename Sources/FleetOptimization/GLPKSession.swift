import CGLPK
import CGLPKBridge

/// GLPK met an internal error or ran out of memory; the text is its own.
struct GLPKFailure: Error, Sendable {
  let text: String
}

/// GLPK's environment on the current thread.
///
/// GLPK keeps one environment per thread; everything made with a session lives and dies on the thread that opened it.
/// `GLPKSession.run` opens one on a thread of its own, which is the only way in.
struct GLPKSession {
  let handle: OpaquePointer

  /// Stack of the thread that GLPK runs on: searches nest when a callback starts another one.
  private static let stackBytes = 16 << 20

  /// Version of the GLPK library that is linked.
  static var libraryVersion: String { String(cString: glp_version()) }

  /// The words of the error that broke the GLPK environment of this solve.
  var failure: GLPKFailure { GLPKFailure(text: String(cString: fo_error_text(handle))) }

  /// Runs `body` on a new thread with an environment of its own, waits for it, and frees the environment on that thread.
  static func run<Success>(
    memoryLimitMebibytes: Int?, _ body: (GLPKSession) throws(GLPKFailure) -> Success
  ) throws(GLPKFailure) -> Success {
    var result: Result<Success, GLPKFailure>?
    let code = onNewThread {
      guard let handle = fo_open(Int32(clamping: memoryLimitMebibytes ?? 0)) else {
        result = .failure(GLPKFailure(text: "no memory for GLPK's environment"))
        return
      }
      do throws(GLPKFailure) {
        result = .success(try body(GLPKSession(handle: handle)))
      } catch {
        result = .failure(error)
      }
      fo_close(handle)
    }
    guard let result else { throw GLPKFailure(text: "no thread for the solver: error \(code)") }
    return try result.get()
  }

  private static func onNewThread(_ body: () -> Void) -> Int32 {
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: body) { pointer in
        fo_run_on_thread(
          stackBytes,
          { context in
            context?.assumingMemoryBound(to: (() -> Void).self).pointee()
          }, UnsafeMutableRawPointer(mutating: pointer))
      }
    }
  }
}
