import FleetCalibration
import FleetJSON
import FleetPlan

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The folder that `fleetplan calibrate` writes and `--calibration` reads.
struct CalibrationFolder {
  let path: String

  init(_ path: String) throws {
    self.path = path
    if path.isEmpty { throw CommandFailure(.badInput, "--output: the path is empty") }
    for folder in [path, path + "/latency", path + "/profiles"] where !Terminal.isFolder(folder) {
      guard mkdir(folder, 0o777) == 0 else {
        throw CommandFailure(
          FileFailure(path: folder, reason: "the folder cannot be created: " + String(cString: strerror(errno))))
      }
    }
  }

  /// Writes every file whole, the constants last, so that they never stand beside profiles of other constants.
  ///
  /// - Parameter replacing: Whether the constants are new, so that profiles that are not written anew would be wrong.
  func write(_ files: [CalibrationFile], replacing: Bool) throws {
    let names = Set(files.map(\.path))
    let others = Catalog.profileNames(in: path).map { "profiles/\($0)" }.filter { !names.contains($0) }
    if replacing, let first = others.first {
      throw CommandFailure(
        .badInput, "\(path)/\(first) belongs to other constants",
        hint: "remove \(others.count == 1 ? "it" : "the \(others.count) such files") or write to another folder")
    }
    for file in files.reversed() {
      do {
        try AtomicFile.write(file.text, to: "\(path)/\(file.path)")
      } catch {
        throw CommandFailure(error)
      }
    }
  }
}
