#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A worker that dies while it is written to must not take the runner with it.
func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }
