import CGLPK
import CGLPKBridge

/// How a linear program ended.
enum LinearStatus: Equatable {
  case optimal
  case infeasible
  case unbounded
  /// The objective passed the limit that the caller gave: nothing better than the limit is here.
  case cutOff
  /// A time limit, a cancellation or an iteration limit.
  case stopped
  /// GLPK's return code and status.
  case failed(String)
}

/// A problem object of GLPK with columns counted from 0, and the only place where Swift calls GLPK's problem functions.
final class GLPKProblem {
  let session: GLPKSession
  let pointer: OpaquePointer
  let columnCount: Int
  private(set) var rowCount: Int

  init(_ session: GLPKSession, _ program: Program) throws(GLPKFailure) {
    guard let pointer = fo_create(session.handle, Int32(program.rowCount), Int32(program.columnCount)) else {
      throw session.failure
    }
    self.session = session
    self.pointer = pointer
    columnCount = program.columnCount
    rowCount = program.rowCount
    try check(
      fo_set_columns(
        session.handle, pointer, Int32(columnCount), program.columnLower, program.columnUpper, program.cost,
        program.isInteger.map { $0 ? 1 : 0 }))
    // GLPK keeps the constant of the objective as the cost of column 0.
    try check(fo_set_cost(session.handle, pointer, 0, program.costConstant))
    for row in 0..<rowCount {
      try setRowBounds(row, program.rowLower[row], program.rowUpper[row])
    }
    var rows: [Int32] = [0]
    for row in 0..<rowCount {
      rows.append(contentsOf: repeatElement(Int32(row + 1), count: program.entries(ofRow: row).count))
    }
    try check(
      fo_load_matrix(
        session.handle, pointer, Int32(program.entryColumn.count), rows,
        [0] + program.entryColumn.map { Int32($0 + 1) }, [0] + program.entryValue))
    try check(fo_scale(session.handle, pointer))
  }

  deinit { fo_delete(session.handle, pointer) }

  @discardableResult
  func check(_ code: Int32) throws(GLPKFailure) -> Int32 {
    if code == Int32(FO_INTERNAL_ERROR) { throw session.failure }
    return code
  }

  // MARK: - Changes

  func setColumnBounds(_ column: Int, _ lower: Double, _ upper: Double) throws(GLPKFailure) {
    try check(fo_set_column_bounds(session.handle, pointer, Int32(column + 1), lower, upper))
  }

  func setAllColumnBounds(_ lower: [Double], _ upper: [Double]) throws(GLPKFailure) {
    try check(fo_set_all_column_bounds(session.handle, pointer, Int32(columnCount), lower, upper))
  }

  func setCost(_ column: Int, _ cost: Double) throws(GLPKFailure) {
    try check(fo_set_cost(session.handle, pointer, Int32(column + 1), cost))
  }

  func setRowBounds(_ row: Int, _ lower: Double, _ upper: Double) throws(GLPKFailure) {
    try check(fo_set_row_bounds(session.handle, pointer, Int32(row + 1), lower, upper))
  }

  func addRow(columns: [Int], values: [Double], lower: Double, upper: Double) throws(GLPKFailure) {
    try check(
      fo_add_row(
        session.handle, pointer, Int32(columns.count), [0] + columns.map { Int32($0 + 1) }, [0] + values, lower, upper))
    rowCount += 1
  }

  /// Deletes rows by index.
  func deleteRows(_ rows: [Int]) throws(GLPKFailure) {
    try check(fo_delete_rows(session.handle, pointer, Int32(rows.count), [0] + rows.map { Int32($0 + 1) }))
    rowCount -= rows.count
  }

  // MARK: - Linear program

  /// Length of one call of the simplex method, after which time and cancellation are looked at.
  private static let sliceMilliseconds: Int32 = 200

  /// Solves the linear relaxation from the current basis by the dual simplex method, which falls back on the primal one.
  ///
  /// GLPK can cycle on degenerate programs. Where it needs more steps than any honest path, or loses its basis, the solve
  /// starts once more from another basis.
  func solveLinear(
    _ limits: SolveLimits, iterationLimit: Int? = nil, objectiveLimit: Double = .infinity
  ) throws(GLPKFailure) -> LinearStatus {
    let patience = 2000 + 20 * (rowCount + columnCount)
    var slice = Self.sliceMilliseconds
    var retries = 0
    var spent = 0
    while true {
      let before = glp_get_it_cnt(pointer)
      let room = min(iterationLimit ?? .max, patience - spent)
      let code = try check(
        fo_simplex(session.handle, pointer, GLP_DUALP, slice, Int32(clamping: room), objectiveLimit))
      let steps = Int(glp_get_it_cnt(pointer) - before)
      spent += steps
      switch code {
      case 0: return currentLinearStatus()
      case GLP_EOBJUL: return .cutOff
      case GLP_EITLIM where iterationLimit != nil: return .stopped
      case GLP_ETMLIM:
        if limits.mustStop { return .stopped }
        // A slice too short for a single step would never end.
        if steps == 0 { slice = slice > Int32.max / 2 ? slice : slice * 2 }
      default:
        // A bad basis (GLP_EBADB, GLP_ESING, GLP_ECOND), lost accuracy (GLP_EFAIL) or cycling (GLP_EITLIM).
        if limits.mustStop { return .stopped }
        retries += 1
        spent = 0
        if retries == 1 {
          try check(fo_advanced_basis(session.handle, pointer))
        } else if retries == 2 {
          try check(fo_slack_basis(session.handle, pointer))
        } else {
          return .failed("glp_simplex returned \(code)")
        }
      }
    }
  }

  private func currentLinearStatus() -> LinearStatus {
    switch glp_get_status(pointer) {
    case GLP_OPT: return .optimal
    case GLP_NOFEAS: return .infeasible
    case GLP_UNBND: return .unbounded
    case let status:
      if glp_get_prim_stat(pointer) == GLP_NOFEAS { return .infeasible }
      return .failed("glp_get_status returned \(status)")
    }
  }

  /// Simplex steps of this problem so far.
  var iterations: Int { Int(glp_get_it_cnt(pointer)) }

  var linearObjective: Double { glp_get_obj_val(pointer) }

  func columnValues() -> [Double] {
    [Double](unsafeUninitializedCapacity: columnCount) { buffer, count in
      fo_basic_solution(pointer, buffer.baseAddress, nil, nil, nil)
      count = columnCount
    }
  }

  func reducedCosts() -> [Double] {
    [Double](unsafeUninitializedCapacity: columnCount) { buffer, count in
      fo_basic_solution(pointer, nil, buffer.baseAddress, nil, nil)
      count = columnCount
    }
  }

  func rowValues() -> [Double] {
    [Double](unsafeUninitializedCapacity: rowCount) { buffer, count in
      fo_basic_solution(pointer, nil, nil, buffer.baseAddress, nil)
      count = rowCount
    }
  }

  func rowDuals() -> [Double] {
    [Double](unsafeUninitializedCapacity: rowCount) { buffer, count in
      fo_basic_solution(pointer, nil, nil, nil, buffer.baseAddress)
      count = rowCount
    }
  }

  func columnIsBasic(_ column: Int) -> Bool { glp_get_col_stat(pointer, Int32(column + 1)) == GLP_BS }

  func rowIsBasic(_ row: Int) -> Bool { glp_get_row_stat(pointer, Int32(row + 1)) == GLP_BS }

  func basis() -> BasisSnapshot {
    var rows = [Int8](repeating: 0, count: rowCount)
    var columns = [Int8](repeating: 0, count: columnCount)
    fo_get_basis(pointer, &rows, &columns)
    return BasisSnapshot(rows: rows, columns: columns)
  }

  /// Takes up an earlier basis; rows added since then enter with their slack.
  func setBasis(_ basis: BasisSnapshot) throws(GLPKFailure) {
    var rows = basis.rows
    if rows.count > rowCount { return }
    while rows.count < rowCount { rows.append(Int8(GLP_BS)) }
    try check(
      fo_set_basis(session.handle, pointer, Int32(rows.count), rows, Int32(columnCount), basis.columns))
  }

  // MARK: - Integer solution of the last search

  var integerStatus: Int32 { glp_mip_status(pointer) }
  var integerObjective: Double { glp_mip_obj_val(pointer) }

  func integerValues() -> [Double] {
    [Double](unsafeUninitializedCapacity: columnCount) { buffer, count in
      fo_mip_solution(pointer, buffer.baseAddress)
      count = columnCount
    }
  }
}
