/// A problem file that is to become a job.
public struct JobSource: Sendable, Hashable {
  /// Absolute path of the problem file.
  public var path: String
  /// Name of the job: safe as a folder's name, and unique within the batch.
  public var id: String
  /// Options of this job alone; `nil` = those of the batch.
  public var options: JobOptions?

  public init(path: String, id: String, options: JobOptions? = nil) {
    self.path = path
    self.id = id
    self.options = options
  }
}
