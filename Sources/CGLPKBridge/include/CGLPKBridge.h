#ifndef CGLPK_BRIDGE_H
#define CGLPK_BRIDGE_H

#include <glpk.h>

/*
 * Calls into GLPK that survive GLPK's own errors.
 *
 * GLPK reports a programmer's or an internal error by printing a message and then aborting the process, unless an error hook
 * jumps away. Here the jump starts and ends in C: each guarded call sets its own target, keeps the text of the error in the
 * session and returns FO_INTERNAL_ERROR. After that the session is broken: every later guarded call returns the same code at
 * once, and fo_close() releases all memory of the environment, problems included.
 *
 * A session belongs to the thread that opened it, and so does everything made with it: GLPK's environment is per thread.
 * Columns and rows are counted from 0 in arrays of values and from 1 in index arrays, whose entry 0 is ignored, as in GLPK.
 */

typedef struct fo_session fo_session;

/* Return code of a guarded call that met an internal error (GLPK's own codes are 0 and above). */
enum { FO_INTERNAL_ERROR = -1 };

/* Runs body(context) on a new thread with the given stack and waits for its end. Returns 0 or an errno value. */
int fo_run_on_thread(size_t stack_bytes, void (*body)(void *), void *context);

/* Opens the session of this thread: hooks installed, terminal silent. memory_limit_mb = 0: no limit. NULL: no memory. */
fo_session *fo_open(int memory_limit_mb);
/* Frees the environment of this thread with all its problems, then the session. Returns glp_free_env()'s code. */
int fo_close(fo_session *session);
/* Text of the error that broke the session, or "". */
const char *fo_error_text(const fo_session *session);
int fo_is_broken(const fo_session *session);

/* Problems. NULL or FO_INTERNAL_ERROR after an internal error. */
glp_prob *fo_create(fo_session *session, int rows, int columns);
int fo_delete(fo_session *session, glp_prob *problem);
glp_prob *fo_copy(fo_session *session, glp_prob *problem);

/* Whole columns: bounds (±infinity = none), cost, integer flag; count must equal the number of columns. */
int fo_set_columns(fo_session *session, glp_prob *problem, int count, const double *lower, const double *upper,
                   const double *cost, const unsigned char *integer);
int fo_set_column_bounds(fo_session *session, glp_prob *problem, int column, double lower, double upper);
int fo_set_all_column_bounds(fo_session *session, glp_prob *problem, int count, const double *lower, const double *upper);
int fo_set_cost(fo_session *session, glp_prob *problem, int column, double cost);
int fo_set_row_bounds(fo_session *session, glp_prob *problem, int row, double lower, double upper);
int fo_load_matrix(fo_session *session, glp_prob *problem, int entries, const int *rows, const int *columns,
                   const double *values);
/* Appends one row; returns its number (from 1). */
int fo_add_row(fo_session *session, glp_prob *problem, int length, const int *columns, const double *values, double lower,
               double upper);
/* rows: entries 1...count. */
int fo_delete_rows(fo_session *session, glp_prob *problem, int count, const int *rows);
int fo_scale(fo_session *session, glp_prob *problem);
int fo_slack_basis(fo_session *session, glp_prob *problem);
int fo_advanced_basis(fo_session *session, glp_prob *problem);

/* Linear program. method: GLP_PRIMAL, GLP_DUALP or GLP_DUAL; limits below 0: none. */
int fo_simplex(fo_session *session, glp_prob *problem, int method, int time_limit_ms, int iteration_limit,
               double upper_objective_limit);
/* Any of the arrays may be NULL. Row and column status codes are GLP_BS and so on. */
void fo_basic_solution(glp_prob *problem, double *column_values, double *reduced_costs, double *row_values,
                       double *row_duals);
void fo_get_basis(glp_prob *problem, signed char *row_status, signed char *column_status);
int fo_set_basis(fo_session *session, glp_prob *problem, int rows, const signed char *row_status, int columns,
                 const signed char *column_status);
/* Row of the simplex tableau of basic variable k (rows first, from 1); returns its length. */
int fo_tableau_row(fo_session *session, glp_prob *problem, int k, int *indices, double *values);

/* Branch and bound. */
typedef struct {
  int reason;           /* GLP_IBINGO and so on */
  int subproblem;       /* current subproblem, 0 if none */
  int level;            /* its level, 0 = root */
  int active, nodes;    /* active subproblems; all subproblems so far, removed ones included */
  int mip_status;       /* GLP_UNDEF, GLP_FEAS, GLP_OPT or GLP_NOFEAS */
  double mip_objective; /* objective of the incumbent where mip_status is GLP_FEAS */
} fo_event;

/* Returns 0 to go on, anything else to terminate the search. */
typedef int (*fo_handler)(void *context, glp_tree *tree, glp_prob *problem, const fo_event *event);

typedef struct {
  double gap;              /* relative gap at which to stop */
  double objective_tolerance;
  double integer_tolerance;
  int branching;           /* GLP_BR_… */
  int backtracking;        /* GLP_BT_… */
  int mir_cuts, gomory_cuts, cover_cuts, clique_cuts;
  int time_limit_ms;       /* below 0: none */
} fo_search_options;

void fo_default_search_options(fo_search_options *options);
/* Presolve is off: the problem must carry an optimal basis. */
int fo_intopt(fo_session *session, glp_prob *problem, const fo_search_options *options, fo_handler handler, void *context);
void fo_mip_solution(glp_prob *problem, double *column_values);

/* Inside a handler. */
/* Best bound of the whole tree; -DBL_MAX before the root is solved, the incumbent's objective when nothing is active. */
double fo_tree_bound(fo_session *session, glp_tree *tree);
/* values: entry 0 ignored. Returns 0 if the solution was taken, 1 if not better. */
int fo_tree_offer(fo_session *session, glp_tree *tree, const double *values);
/* Adds a cut `Σ values·x ≥ bound` (type GLP_LO) or `≤ bound` (GLP_UP) to the pool of the current subproblem. */
int fo_tree_cut(fo_session *session, glp_tree *tree, int length, const int *columns, const double *values, int type,
                double bound);
int fo_tree_can_branch(fo_session *session, glp_tree *tree, int column);
int fo_tree_branch(fo_session *session, glp_tree *tree, int column, int direction);

/* For tests: asks GLPK for something that it answers with an internal error. */
int fo_provoke_internal_error(fo_session *session);

#endif
