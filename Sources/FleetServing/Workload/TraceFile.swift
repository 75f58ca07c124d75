import FleetJSON

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads a file in parts of `partBytes`, the last one shorter.
/// - Returns: SHA-256 of the content; of the digests of the parts when there are several.
func readInParts(
  _ path: String, partBytes: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Void
) throws(TraceFaults) -> String {
  guard let file = fopen(path, "r") else {
    let reason = strerror(errno).map { String(cString: $0).lowercased() } ?? "unknown reason"
    throw TraceFaults(messages: ["the file cannot be read: \(reason)"])
  }
  defer { fclose(file) }
  var part = [UInt8](repeating: 0, count: partBytes)
  let whole = partBytes
  var digests: [String] = []
  while true {
    let count = part.withUnsafeMutableBytes { fread($0.baseAddress, 1, whole, file) }
    if count == 0, ferror(file) != 0 {
      throw TraceFaults(messages: ["the file cannot be read; is it a folder?"])
    }
    if count < whole { part.removeLast(whole - count) }
    if count > 0 || digests.isEmpty {
      part.withUnsafeBufferPointer { body($0) }
      digests.append(sha256Hex(part))
    }
    if count < whole { break }
  }
  return digests.count == 1 ? digests[0] : sha256Hex(Array(digests.joined(separator: "\n").utf8))
}
