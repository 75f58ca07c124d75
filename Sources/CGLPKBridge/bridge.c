#include "CGLPKBridge.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

struct fo_session {
  jmp_buf *target; /* where an error jumps to; NULL outside guarded calls */
  int broken;
  size_t length;
  char text[1024];
};

/* Opens the body of a guarded call; DONE closes it. */
#define GUARD(session, failure)                 \
  jmp_buf here;                                 \
  jmp_buf *const outer = (session)->target;     \
  if ((session)->broken)                        \
    return failure;                             \
  if (setjmp(here) != 0) {                      \
    (session)->target = outer;                  \
    return failure;                             \
  }                                             \
  (session)->target = &here
#define DONE(session) (session)->target = outer

/* While GLPK is silenced only the text of an error comes here. */
static int keep_text(void *info, const char *text) {
  fo_session *session = info;
  size_t room = sizeof session->text - 1 - session->length;
  size_t length = strlen(text);
  if (length > room)
    length = room;
  memcpy(session->text + session->length, text, length);
  session->length += length;
  session->text[session->length] = '\0';
  return 1;
}

static void leave(void *info) {
  fo_session *session = info;
  session->broken = 1;
  while (session->length > 0 && session->text[session->length - 1] == '\n')
    session->text[--session->length] = '\0';
  if (session->target != NULL)
    longjmp(*session->target, 1);
}

/* MARK: thread and session */

struct thread_start {
  void (*body)(void *);
  void *context;
};

static void *thread_body(void *argument) {
  struct thread_start *start = argument;
  start->body(start->context);
  return NULL;
}

int fo_run_on_thread(size_t stack_bytes, void (*body)(void *), void *context) {
  pthread_attr_t attributes;
  pthread_t thread;
  struct thread_start start = {body, context};
  int code = pthread_attr_init(&attributes);
  if (code != 0)
    return code;
  code = pthread_attr_setstacksize(&attributes, stack_bytes);
  if (code == 0)
    code = pthread_create(&thread, &attributes, thread_body, &start);
  pthread_attr_destroy(&attributes);
  if (code != 0)
    return code;
  return pthread_join(thread, NULL);
}

fo_session *fo_open(int memory_limit_mb) {
  fo_session *session = calloc(1, sizeof *session);
  if (session == NULL)
    return NULL;
  if (glp_init_env() > 1) { /* 0 = made, 1 = there already */
    free(session);
    return NULL;
  }
  glp_term_hook(keep_text, session);
  glp_error_hook(leave, session);
  glp_term_out(GLP_OFF);
  if (memory_limit_mb > 0)
    glp_mem_limit(memory_limit_mb);
  return session;
}

int fo_close(fo_session *session) {
  int code = glp_free_env();
  free(session);
  return code;
}

const char *fo_error_text(const fo_session *session) { return session->text; }

int fo_is_broken(const fo_session *session) { return session->broken; }

/* MARK: problems */

static int bound_type(double lower, double upper) {
  if (lower == upper)
    return GLP_FX;
  if (isinf(lower))
    return isinf(upper) ? GLP_FR : GLP_UP;
  return isinf(upper) ? GLP_LO : GLP_DB;
}

glp_prob *fo_create(fo_session *session, int rows, int columns) {
  GUARD(session, NULL);
  glp_prob *problem = glp_create_prob();
  glp_set_obj_dir(problem, GLP_MIN);
  if (rows > 0)
    glp_add_rows(problem, rows);
  if (columns > 0)
    glp_add_cols(problem, columns);
  DONE(session);
  return problem;
}

int fo_delete(fo_session *session, glp_prob *problem) {
  GUARD(session, FO_INTERNAL_ERROR);
  glp_delete_prob(problem);
  DONE(session);
  return 0;
}

glp_prob *fo_copy(fo_session *session, glp_prob *problem) {
  GUARD(session, NULL);
  glp_prob *copy = glp_create_prob();
  glp_copy_prob(copy, problem, GLP_OFF);
  DONE(session);
  return copy;
}

int fo_set_columns(fo_session *session, glp_prob *problem, int count, const double *lower, const double *upper,
                   const double *cost, const unsigned char *integer) {
  GUARD(session, FO_INTERNAL_ERROR);
  for (int j = 0; j < count; j++) {
    glp_set_col_kind(problem, j + 1, integer[j] ? GLP_IV : GLP_CV);
    glp_set_col_bnds(problem, j + 1, bound_type(lower[j], upper[j]), lower[j], upper[j]);
    glp_set_obj_coef(problem, j + 1, cost[j]);
  }
  DONE(session);
  return 0;
}

int fo_set_column_bounds(fo_session *session, glp_prob *problem, int column, double lower, double upper) {
  GUARD(session, FO_INTERNAL_ERROR);
  glp_set_col_bnds(problem, column, bound_type(lower, upper), lower, upper);
  DONE(session);
  return 0;
}

int fo_set_all_column_bounds(fo_session *session, glp_prob *problem, int count, const double *lower, const double *upper) {
  GUARD(session, FO_INTERNAL_ERROR);
  for (int j = 0; j < count; j++)
    glp_set_col_bnds(problem, j + 1, bound_type(lower[j], upper[j]), lower[j], upper[j]);
  DONE(session);
  return 0;
}

int fo_set_cost(fo_session *session, glp_prob *problem, int column, double cost) {
  GUARD(session, FO_INTERNAL_ERROR);
  glp_set_obj_coef(problem, column, cost);
  DONE(session);
  return 0;
}

int fo_set_row_bounds(fo_session *session, glp_prob *problem, int row, double lower, double upper) {
  GUARD(session, FO_INTERNAL_ERROR);
  glp_set_row_bnds(problem, row, bound_type(lower, upper), lower, upper);
  DONE(session);
  return 0;
}

int fo_load_matrix(fo_session *session, glp_prob *problem, int entries, const int *rows, const int *columns,
                   const double *values) {
  GUARD(session, FO_INTERNAL_ERROR);
  glp_load_matrix(problem, entries, rows, columns, values);
  DONE(session);
  return 0;
}

int fo_add_row(fo_session *session, glp_prob *problem, int length, const int *columns, const double *values, double lower,
               double upper) {
  GUARD(session, FO_INTERNAL_ERROR);
  int row = glp_add_rows(problem, 1);
  glp_set_mat_row(problem, row, length, columns, values);
  glp_set_row_bnds(problem, row, bound_type(lower, upper), lower, upper);
  DONE(session);
  return row;
}

int fo_delete_rows(fo_session *session, glp_prob *problem, int count, const int *rows) {
  GUARD(session, FO_INTERNAL_ERROR);
  if (count > 0)
    glp_del_rows(problem, count, rows);
  DONE(session);
  return 0;
}

int fo_scale(fo_session *session, glp_prob *problem) {
  GUARD(session, FO_INTERNAL_ERROR);
  glp_scale_prob(problem, GLP_SF_AUTO);
  DONE(session);
  return 0;
}

int fo_slack_basis(fo_session *session, glp_prob *problem) {
  GUARD(session, FO_INTERNAL_ERROR);
  glp_std_basis(problem);
  DONE(session);
  return 0;
}

int fo_advanced_basis(fo_session *session, glp_prob *problem) {
  GUARD(session, FO_INTERNAL_ERROR);
  if (glp_get_num_rows(problem) > 0 && glp_get_num_cols(problem) > 0)
    glp_adv_basis(problem, 0);
  DONE(session);
  return 0;
}

/* MARK: linear program */

int fo_simplex(fo_session *session, glp_prob *problem, int method, int time_limit_ms, int iteration_limit,
               double upper_objective_limit) {
  GUARD(session, FO_INTERNAL_ERROR);
  glp_smcp options;
  glp_init_smcp(&options);
  options.msg_lev = GLP_MSG_OFF;
  options.meth = method;
  options.presolve = GLP_OFF;
  /* GLPK judges scaled values: tighter than its default of 1e-7, so that unscaled ones keep 1e-6. */
  options.tol_bnd = 1e-9;
  if (time_limit_ms >= 0)
    options.tm_lim = time_limit_ms;
  if (iteration_limit >= 0)
    options.it_lim = iteration_limit;
  if (!isinf(upper_objective_limit))
    options.obj_ul = upper_objective_limit;
  int code = glp_simplex(problem, &options);
  DONE(session);
  return code;
}

void fo_basic_solution(glp_prob *problem, double *column_values, double *reduced_costs, double *row_values,
                       double *row_duals) {
  int columns = glp_get_num_cols(problem), rows = glp_get_num_rows(problem);
  for (int j = 1; j <= columns; j++) {
    if (column_values != NULL)
      column_values[j - 1] = glp_get_col_prim(problem, j);
    if (reduced_costs != NULL)
      reduced_costs[j - 1] = glp_get_col_dual(problem, j);
  }
  for (int i = 1; i <= rows; i++) {
    if (row_values != NULL)
      row_values[i - 1] = glp_get_row_prim(problem, i);
    if (row_duals != NULL)
      row_duals[i - 1] = glp_get_row_dual(problem, i);
  }
}

void fo_get_basis(glp_prob *problem, signed char *row_status, signed char *column_status) {
  int columns = glp_get_num_cols(problem), rows = glp_get_num_rows(problem);
  for (int i = 1; i <= rows; i++)
    row_status[i - 1] = (signed char)glp_get_row_stat(problem, i);
  for (int j = 1; j <= columns; j++)
    column_status[j - 1] = (signed char)glp_get_col_stat(problem, j);
}

int fo_set_basis(fo_session *session, glp_prob *problem, int rows, const signed char *row_status, int columns,
                 const signed char *column_status) {
  GUARD(session, FO_INTERNAL_ERROR);
  for (int i = 1; i <= rows; i++)
    glp_set_row_stat(problem, i, row_status[i - 1]);
  for (int j = 1; j <= columns; j++)
    glp_set_col_stat(problem, j, column_status[j - 1]);
  DONE(session);
  return 0;
}

int fo_tableau_row(fo_session *session, glp_prob *problem, int k, int *indices, double *values) {
  GUARD(session, FO_INTERNAL_ERROR);
  int length = 0;
  if (glp_bf_exists(problem) || glp_factorize(problem) == 0)
    length = glp_eval_tab_row(problem, k, indices, values);
  DONE(session);
  return length;
}

/* MARK: branch and bound */

struct search {
  fo_session *session;
  glp_prob *problem;
  fo_handler handler;
  void *context;
};

static void search_callback(glp_tree *tree, void *info) {
  struct search *search = info;
  fo_event event;
  event.reason = glp_ios_reason(tree);
  event.subproblem = glp_ios_curr_node(tree);
  event.level = event.subproblem > 0 ? glp_ios_node_level(tree, event.subproblem) : 0;
  glp_ios_tree_size(tree, &event.active, NULL, &event.nodes);
  event.mip_status = glp_mip_status(search->problem);
  event.mip_objective = glp_mip_obj_val(search->problem);
  int verdict = search->handler(search->context, tree, search->problem, &event);
  /* An error inside the handler came back to it as a code; from here on only C frames remain. */
  if (search->session->broken)
    longjmp(*search->session->target, 1);
  if (verdict != 0)
    glp_ios_terminate(tree);
}

void fo_default_search_options(fo_search_options *options) {
  options->gap = 0.0;
  options->objective_tolerance = 1e-7;
  options->integer_tolerance = 1e-5;
  options->branching = GLP_BR_DTH;
  options->backtracking = GLP_BT_BLB;
  options->mir_cuts = options->gomory_cuts = options->cover_cuts = options->clique_cuts = 0;
  options->time_limit_ms = -1;
}

int fo_intopt(fo_session *session, glp_prob *problem, const fo_search_options *options, fo_handler handler, void *context) {
  GUARD(session, FO_INTERNAL_ERROR);
  struct search search = {session, problem, handler, context};
  glp_iocp parameters;
  glp_init_iocp(&parameters);
  parameters.msg_lev = GLP_MSG_OFF;
  parameters.presolve = GLP_OFF;
  parameters.mip_gap = options->gap;
  parameters.tol_obj = options->objective_tolerance;
  parameters.tol_int = options->integer_tolerance;
  parameters.br_tech = options->branching;
  parameters.bt_tech = options->backtracking;
  parameters.mir_cuts = options->mir_cuts ? GLP_ON : GLP_OFF;
  parameters.gmi_cuts = options->gomory_cuts ? GLP_ON : GLP_OFF;
  parameters.cov_cuts = options->cover_cuts ? GLP_ON : GLP_OFF;
  parameters.clq_cuts = options->clique_cuts ? GLP_ON : GLP_OFF;
  if (options->time_limit_ms >= 0)
    parameters.tm_lim = options->time_limit_ms;
  if (handler != NULL) {
    parameters.cb_func = search_callback;
    parameters.cb_info = &search;
  }
  int code = glp_intopt(problem, &parameters);
  DONE(session);
  return code;
}

void fo_mip_solution(glp_prob *problem, double *column_values) {
  int columns = glp_get_num_cols(problem);
  for (int j = 1; j <= columns; j++)
    column_values[j - 1] = glp_mip_col_val(problem, j);
}

double fo_tree_bound(fo_session *session, glp_tree *tree) {
  GUARD(session, -DBL_MAX);
  int node = glp_ios_best_node(tree);
  double bound = node > 0 ? glp_ios_node_bound(tree, node) : glp_mip_obj_val(glp_ios_get_prob(tree));
  DONE(session);
  return bound;
}

int fo_tree_offer(fo_session *session, glp_tree *tree, const double *values) {
  GUARD(session, FO_INTERNAL_ERROR);
  int code = glp_ios_heur_sol(tree, values);
  DONE(session);
  return code;
}

int fo_tree_cut(fo_session *session, glp_tree *tree, int length, const int *columns, const double *values, int type,
                double bound) {
  GUARD(session, FO_INTERNAL_ERROR);
  int code = glp_ios_add_row(tree, NULL, GLP_RF_CUT, 0, length, columns, values, type, bound);
  DONE(session);
  return code;
}

int fo_tree_can_branch(fo_session *session, glp_tree *tree, int column) {
  GUARD(session, FO_INTERNAL_ERROR);
  int code = glp_ios_can_branch(tree, column);
  DONE(session);
  return code;
}

int fo_tree_branch(fo_session *session, glp_tree *tree, int column, int direction) {
  GUARD(session, FO_INTERNAL_ERROR);
  glp_ios_branch_upon(tree, column, direction);
  DONE(session);
  return 0;
}

/* MARK: tests */

int fo_provoke_internal_error(fo_session *session) {
  GUARD(session, FO_INTERNAL_ERROR);
  glp_prob *problem = glp_create_prob();
  glp_set_row_bnds(problem, 7, GLP_FX, 0.0, 0.0); /* there is no row 7 */
  DONE(session);
  return 0;
}
