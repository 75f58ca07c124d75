#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What changes when a file is written or replaced. Stamps are compared for equality only, so the date may be anything.
struct FileStamp: Hashable, Sendable {
  private var device: UInt64
  private var inode: UInt64
  private var size: Int
  private var modifiedSeconds: Int
  private var modifiedNanoseconds: Int
  private var changedSeconds: Int
  private var changedNanoseconds: Int

  /// `nil` when there is no such file.
  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    device = UInt64(truncatingIfNeeded: status.st_dev)
    inode = UInt64(truncatingIfNeeded: status.st_ino)
    size = Int(status.st_size)
    #if canImport(Darwin)
      let (modified, changed) = (status.st_mtimespec, status.st_ctimespec)
    #else
      let (modified, changed) = (status.st_mtim, status.st_ctim)
    #endif
    modifiedSeconds = modified.tv_sec
    modifiedNanoseconds = modified.tv_nsec
    changedSeconds = changed.tv_sec
    changedNanoseconds = changed.tv_nsec
  }
}
